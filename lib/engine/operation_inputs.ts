/**
 * Which of an operation's inputs are lists, as TensorFlow's definition of it (`OpDef`, a protocol buffer) says. A graph
 * wants a list handed over as one, also where it holds a single tensor.
 */
import type { Attribute } from "./attributes.ts";
import { cName, type Pointer, type TensorFlow } from "./c_api.ts";
import { Message } from "./protobuf.ts";
import { told } from "./told.ts";

/** One input, or one list of them. */
interface Argument {
  /** The attribute that goes with the list, its length or its types; none for a single tensor. */
  lengthFrom?: string;
}

/** Numbers of the fields of `OpDef` and of its `ArgDef` that are read here. */
const INPUT = 2, NUMBER_ATTRIBUTE = 5, TYPE_LIST_ATTRIBUTE = 6;

/** By the operation's name. */
const known = new Map<string, Argument[]>();

/**
 * Divides an operation's inputs by its arguments.
 *
 * @param graph any
 * @param attributes tell how long each list is; the length of one list may be left out
 * @returns for each argument its tensor, or its list; for an operation that is not known, each input by itself. What is
 * too many comes last, each by itself, for TensorFlow to refuse
 */
export function divided<T>(
  tensorflow: TensorFlow,
  graph: Pointer,
  name: string,
  attributes: Attribute[],
  inputs: T[],
): (T | T[])[] {
  const all = argumentsOf(tensorflow, graph, name);
  const lengths = all.map(({ lengthFrom }) => lengthFrom === undefined ? 1 : lengthIn(attributes, lengthFrom));
  const rest = Math.max(0, inputs.length - lengths.reduce<number>((sum, length) => sum + (length ?? 0), 0));
  let from = 0;
  const groups = all.slice(0, inputs.length + 1).flatMap(({ lengthFrom }, i): (T | T[])[] => {
    const some = inputs.slice(from, from += lengths[i] ?? rest);
    return lengthFrom === undefined ? some : [some];
  });
  return [...groups, ...inputs.slice(from)];
}

function lengthIn(attributes: Attribute[], name: string): number | undefined {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return typeof value === "number" ? value : undefined;
}

function argumentsOf(t: TensorFlow, graph: Pointer, name: string): Argument[] {
  let found = known.get(name);
  if (found === undefined) {
    found = definition(t, graph, name).messages(INPUT).map((argument) => {
      const lengthFrom = argument.text(NUMBER_ATTRIBUTE) || argument.text(TYPE_LIST_ATTRIBUTE);
      return lengthFrom === "" ? {} : { lengthFrom };
    });
    known.set(name, found);
  }
  return found;
}

/** The definition; empty for an operation that is not known, which TensorFlow refuses by its name later. */
function definition(t: TensorFlow, graph: Pointer, name: string): Message {
  return new Message(told(t, (buffer) => t.TF_GraphGetOpDef(graph, cName(name), buffer, t.status)));
}
