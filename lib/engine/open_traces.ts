/**
 * The traces of a binding that are open, one inside another: branches and bodies of loops are functions of their own.
 * See `trace.ts` for the graph of one, and `jit.ts` for who opens them.
 */
import type { Attribute } from "./attributes.ts";
import { type Bytes, cName, type Pointer, type TensorFlow } from "./c_api.ts";
import type { Eager } from "./eager.ts";
import { checkRanks, isChecked } from "./rank_check.ts";
import { isSymbolic, type TensorMetadata, type TensorTable } from "./tensor_table.ts";
import { told } from "./told.ts";
import { beginTrace, type ShapeAndType, type Symbolic, type Trace } from "./trace.ts";
import { untraceable } from "./untraceable.ts";

/** A function in the making. */
interface OpenTrace {
  graph: Trace;
  /** The arguments. */
  inputs: Symbolic[];
  /** Tensors that came to be since the trace began are constants of the function, older ones are captured. */
  firstId: number;
  captured: Map<number, Symbolic>;
  constants: Map<number, Symbolic>;
  /** The function that calls this one, where it is a branch or a loop's body. */
  outer: OpenTrace | null;
  ended: boolean;
}

/** A trace that came to its end: what {@linkcode Tracing.makeFunctions} needs. */
export interface EndedTrace {
  /** What was recorded. */
  open: OpenTrace;
  /** The results. */
  outputs: Symbolic[];
}

/** What `jit` calls to trace. */
export interface Tracing {
  /** Whether operations are recorded. */
  isTracing(): boolean;
  /** Opens a trace, perhaps inside another: from now on operations are recorded there. */
  beginTrace(): void;
  /** Records an operation. */
  record(name: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[];
  /** Records what `work` does, in traces inside of the open one too, for a device such as "/device:GPU:1". */
  onDevice<T>(device: string, work: () => T): T;
  /** An input of the open trace. */
  traceInput(shape: number[], dtype: number): number;
  /** Ends the innermost trace; {@linkcode Tracing.leaveTrace} still has to be called. */
  endTrace(outputs: number[]): EndedTrace;
  /** Leaves the innermost trace, ended or not; with the outermost, forgets what was only recorded. */
  leaveTrace(): void;
  /**
   * Makes functions of ended traces. They take the same inputs: their arguments, and then every older tensor that one
   * of them uses.
   *
   * @param loop whether the first is a loop's body, which hands those older tensors on to the next round
   * @returns the functions' names, and the numbers of the older tensors; inside of another trace the numbers are new
   * ones, which stay as long as that trace
   */
  makeFunctions(traces: EndedTrace[], loop?: boolean): { names: string[]; captured: number[] };
  /** The names of all functions that were made in the outermost trace, or the last one, those inside first. */
  functionsMade(): string[];
  /** A function in TensorFlow's own form, a serialised `FunctionDef`. */
  functionDefinition(name: string): Bytes;
  /** Makes a function of its definition; those that it calls have to be there. */
  addFunction(definition: Bytes): void;
  /** Forgets functions, and frees their memory; none of them may be part of one that stays. */
  removeFunctions(names: string[]): void;
  /** Another number of a tensor, which stays as long as the outermost trace. */
  hold(id: number): number;
  /** Records one of two functions of the same inputs, by a truth value. */
  branch(predicate: number, functions: [string, string], inputs: number[], outputs: ShapeAndType[]): TensorMetadata[];
  /** Records a loop: the inputs go through `body` as long as `condition` says so. */
  loop(condition: string, body: string, inputs: number[]): TensorMetadata[];
}

/**
 * The traces of a binding; none is open yet.
 *
 * @param table the tensors that functions take, and those that are recorded
 */
export function openTraces(t: TensorFlow, context: Pointer, table: TensorTable, eager: Eager): Tracing {
  let trace: OpenTrace | null = null;
  /** Graphs that became no function yet; what is left of them after a failure is freed with the outermost trace. */
  const unfinished = new Set<Trace>();
  let made: string[] = [];
  let functions = 0;
  /** Tells this process's functions from those that another saved. */
  const origin = crypto.randomUUID().slice(0, 8);

  /** The value of a graph that stands for a tensor. */
  function traced(id: number, at: OpenTrace = trace!): Symbolic {
    const found = table.get(id);
    const symbolic = isSymbolic(found);
    if (symbolic && found.graph === at.graph.graph) return found;
    if (symbolic && !encloses(at, found)) {
      throw untraceable(
        "A value that was made in a branch or a loop of jit is used outside of it. Return it from there.",
      );
    }
    const known = at.captured.get(id) ?? at.constants.get(id);
    if (known !== undefined) return known;
    const { shape, dtype } = symbolic ? found : eager.metadata(found);
    if (symbolic || id < at.firstId) {
      const input = at.graph.placeholder(shape, dtype);
      at.captured.set(id, input);
      return input;
    }
    const constant = eager.withValues(found, (resolved) => at.graph.constant(resolved, dtype));
    at.constants.set(id, constant);
    return constant;
  }

  function removeFunctions(names: string[]): void {
    for (const name of names) {
      t.TFE_ContextRemoveFunction(context, cName(name), t.status);
      t.check(name);
    }
  }

  return {
    isTracing: () => trace !== null,

    beginTrace(): void {
      const graph = beginTrace(t);
      graph.device = trace?.graph.device;
      if (trace === null) made = [];
      const [captured, constants] = [new Map(), new Map()];
      trace = { graph, inputs: [], firstId: table.next, captured, constants, outer: trace, ended: false };
      unfinished.add(graph);
    },

    record(name: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[] {
      const values = inputs.map((id) => traced(id));
      if (isChecked(name)) checkRanks(name, attributes, values);
      return table.addAll(trace!.graph.operation(name, attributes, values, outputs));
    },

    onDevice<T>(device: string, work: () => T): T {
      const { graph } = trace!;
      const outer = graph.device;
      graph.device = device;
      try {
        return work();
      } finally {
        graph.device = outer;
      }
    },

    traceInput(shape: number[], dtype: number): number {
      const input = trace!.graph.placeholder(shape, dtype);
      trace!.inputs.push(input);
      return table.add(input);
    },

    endTrace(outputs: number[]): EndedTrace {
      const ended = { open: trace!, outputs: outputs.map((id) => traced(id)) };
      trace!.ended = true;
      return ended;
    },

    leaveTrace(): void {
      const { graph: left, ended, outer } = trace!;
      trace = outer;
      if (outer !== null) return;
      if (!ended) removeFunctions(made);
      for (const graph of unfinished) {
        if (ended && graph === left) continue;
        graph.close();
        unfinished.delete(graph);
      }
      table.forgetSymbolic();
    },

    makeFunctions(traces: EndedTrace[], loop = false): { names: string[]; captured: number[] } {
      const captured = [...new Set(traces.flatMap(({ open }) => [...open.captured.keys()]))];
      const names = traces.map(({ open, outputs }, i) => {
        const name = `traced_${origin}_${functions++}`;
        const more = captured.map((id) => traced(id, open));
        open.graph.finish(context, name, [...open.inputs, ...more], loop && i === 0 ? [...outputs, ...more] : outputs);
        unfinished.delete(open.graph);
        made.push(name);
        return name;
      });
      const { outer } = traces[0].open;
      return { names, captured: outer === null ? captured : captured.map((id) => table.add(traced(id, outer))) };
    },

    functionsMade: () => made,

    functionDefinition: (name: string): Bytes =>
      told(t, (buffer) => {
        t.TFE_ContextGetFunctionDef(context, cName(name), buffer, t.status);
        t.check(name);
      }),

    addFunction(definition: Bytes): void {
      t.TFE_ContextAddFunctionDef(context, definition, BigInt(definition.length), t.status);
      t.check("a saved function");
    },

    removeFunctions,

    hold: (id: number) => table.add(traced(id)),

    branch(predicate: number, functions: [string, string], inputs: number[], outputs: ShapeAndType[]) {
      const values = inputs.map((id) => traced(id));
      return table.addAll(trace!.graph.branch(traced(predicate), functions, values, outputs));
    },

    loop: (condition: string, body: string, inputs: number[]) =>
      table.addAll(trace!.graph.loop(condition, body, inputs.map((id) => traced(id)))),
  };
}

/** Whether a value belongs to a function that calls the one that is traced. */
function encloses({ outer }: OpenTrace, value: Symbolic): boolean {
  return outer !== null && (outer.graph.graph === value.graph || encloses(outer, value));
}
