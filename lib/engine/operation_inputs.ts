/**
 * Which of an operation's inputs are lists, as TensorFlow's definition of it (`OpDef`, a protocol buffer) says. A graph
 * wants a list handed over as one, also where it holds a single tensor.
 */
import type { Attribute } from "./attributes.ts";
import { type Bytes, cName, type Pointer, type TensorFlow } from "./c_api.ts";

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
  const told = all.map(({ lengthFrom }) => lengthFrom === undefined ? 1 : lengthIn(attributes, lengthFrom));
  const rest = Math.max(0, inputs.length - told.reduce<number>((sum, length) => sum + (length ?? 0), 0));
  let from = 0;
  const groups = all.slice(0, inputs.length + 1).flatMap(({ lengthFrom }, i): (T | T[])[] => {
    const some = inputs.slice(from, from += told[i] ?? rest);
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
    found = [...fields(definition(t, graph, name))].filter(({ number }) => number === INPUT).map(({ bytes }) => {
      const list = [...fields(bytes)].find(({ number }) =>
        number === NUMBER_ATTRIBUTE || number === TYPE_LIST_ATTRIBUTE
      );
      return list ? { lengthFrom: new TextDecoder().decode(list.bytes) } : {};
    });
    known.set(name, found);
  }
  return found;
}

/** The definition's bytes; none for an operation that is not known, which TensorFlow refuses by its name later. */
function definition(t: TensorFlow, graph: Pointer, name: string): Bytes {
  const buffer = t.TF_NewBuffer()!; // `TF_Buffer`: where the bytes are, and how many
  try {
    t.TF_GraphGetOpDef(graph, cName(name), buffer, t.status);
    const view = new Deno.UnsafePointerView(buffer);
    const bytes = new Uint8Array(t.TF_GetCode(t.status) === 0 ? Number(view.getBigUint64(8)) : 0);
    if (bytes.length > 0) Deno.UnsafePointerView.copyInto(view.getPointer(0)!, bytes);
    return bytes;
  } finally {
    t.TF_DeleteBuffer(buffer);
  }
}

/** The fields of a protocol buffer that have a length: texts, and messages inside of it. */
function* fields(bytes: Bytes): Generator<{ number: number; bytes: Bytes }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint(), wire = key & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = varint();
      yield { number: key >>> 3, bytes: bytes.subarray(at, at += length) };
    }
  }
}
