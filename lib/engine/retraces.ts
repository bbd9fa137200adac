/**
 * Warns of a function that is traced again and again. Tracing takes as long as hundreds of calls; a function that meets
 * ever new shapes is slower than an untraced one, and each of its traces stays in memory.
 */
import { described, type Spec } from "./record.ts";
import { leavesOf } from "./tree.ts";

/** A last batch, an evaluation and a warm-up are a few shapes; more are seldom meant. */
const MOST = 8;

/**
 * Counts the traces of a function, and warns once.
 *
 * @param name of the function
 * @returns to be called after each trace, with the arguments that it was for
 */
export function retraces(name: string): (trees: unknown) => void {
  const seen: Map<string, string>[] = [];

  return (trees) => {
    if (seen.length > MOST) return;
    seen.push(new Map([...leavesOf<Spec>(trees)].map(([path, leaf]) => [path, described(leaf)])));
    if (seen.length <= MOST) return;
    const paths = [...new Set(seen.flatMap((leaves) => [...leaves.keys()]))];
    const varied = paths.flatMap((path) => {
      const met = [...new Set(seen.map((leaves) => leaves.get(path) ?? "nothing"))];
      return met.length > 1 ? [`argument ${path}: ${met.join(", ")}`] : [];
    });
    console.error(
      `jit: ${name} was traced ${seen.length} times, anew for each shape (${varied.join("; ")}). Tracing takes far ` +
        "longer than a call: pad the arguments to a few shapes, or do not trace this function.",
    );
  };
}
