/**
 * Refuses more inputs than an operation has: an operation that runs at once would read past its own list of them, which
 * ends the process. A graph counts them, so a graph is asked, once for each operation.
 */
import type { TensorFlow } from "./c_api.ts";
import { beginTrace, describe } from "./trace.ts";

/** Shape and type of an input. */
interface Input {
  shape: number[];
  dtype: number;
}

/**
 * Makes the check.
 *
 * @returns throws if the operation has fewer inputs than `count`; `inputs` is called where it was not asked before
 */
export function inputCounter(tensorflow: TensorFlow): (name: string, count: number, inputs: () => Input[]) => void {
  const most = new Map<string, number>(); // inputs with which an operation was let through
  return (name, count, inputs) => {
    if (count <= (most.get(name) ?? 0)) return;
    const given = inputs();
    const limit = limitOf(tensorflow, name, given);
    if (limit !== undefined) throw new Error(`${describe(name, given)}: expected ${limit} inputs, got ${count}`);
    most.set(name, count);
  };
}

/** How many inputs an operation has, if that is fewer than are given. */
function limitOf(tensorflow: TensorFlow, name: string, inputs: Input[]): number | undefined {
  const graph = beginTrace(tensorflow);
  try {
    graph.operation(name, [], inputs.map(({ dtype }) => graph.placeholder([], dtype)), 0);
  } catch (error) {
    // of all that may be wrong here, the kernel or TensorFlow's own check tells the rest
    const { message } = error as Error;
    const [, limit] = message.match(/More Input\(\) calls than the (\d+) input_args/) ?? [];
    if (limit !== undefined && !message.includes("expected list")) return Number(limit);
  } finally {
    graph.close();
  }
}
