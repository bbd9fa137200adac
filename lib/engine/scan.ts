/**
 * A loop with a known number of rounds, over the rows of its inputs. At once it is JavaScript's own loop; in a traced
 * function it is TensorFlow's, of one function for all rounds, so that neither the time to trace nor the graph grows
 * with the rounds. Its gradient is another such loop, backwards. (After `jax.lax.scan`.)
 */
import { assertAlike } from "./control_flow.ts";
import { idOf, inForm, type Place, type Spec, tidied } from "./record.ts";
import { type Loop, recordLoop, type Round, split } from "./recorded_loop.ts";
import { differentiable, floats, isTapeOn, pulledBack, withoutSecond, withOwnTape } from "./tape.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { disposeTree, leavesOf, mapTree } from "./tree.ts";

/** `jit.scan`, see {@linkcode Jit.scan}. */
export function scan<Carried, Row, Result>(
  round: (carried: Carried, row: Row) => [Carried, Result],
  carried: Carried,
  rows: Row,
): [Carried, Result] {
  const n = numberOfRows(rows);
  const checked = (carried: Carried, row: Row): [Carried, Result] =>
    tidied(() => {
      const [next, result] = round(carried, row);
      assertAlike("jit.scan: a round carries on", next, "it", carried);
      return [next, result];
    });
  if (!engine().binding.isTracing()) return overRows(checked, carried, rows, n);
  return tracedScan(checked, carried, rows, n);
}

/** @throws {RangeError} if there are none, or not as many everywhere */
function numberOfRows(rows: unknown): number {
  const counts = [...leavesOf(rows)].map(([path, { shape }]) => ({ path, n: shape[0] }));
  const other = counts.find(({ n }) => n === undefined || n === 0 || n !== counts[0].n);
  if (counts.length > 0 && other === undefined) return counts[0].n;
  const where = other === undefined ? "" : `, got ${other.n ?? "a scalar"}${other.path && ` as ${other.path}`}`;
  throw new RangeError(`jit.scan goes over rows, at least one, and as many in each tensor${where}.`);
}

function overRows<Carried, Row, Result>(
  round: (carried: Carried, row: Row) => [Carried, Result],
  first: Carried,
  rows: Row,
  n: number,
): [Carried, Result] {
  return tidied(() => {
    // tf.unstack has no gradient for one row
    const partsOf = (x: Tensor) => n === 1 ? [tf.reshape(x, x.shape.slice(1))] : tf.unstack(x);
    const parts = new Map([...leavesOf<Tensor>(rows)].map(([path, tensor]) => [path, partsOf(tensor)]));
    const made: Map<string, Tensor>[] = [];
    let carried = first;
    let result: Result | undefined;
    for (let i = 0; i < n; i++) {
      const row = mapTree(rows, (_, path) => parts.get(path)![i]) as Row;
      const [next, now] = round(carried, row);
      if (carried !== first) disposeTree(carried);
      [carried, result] = [next, now];
      made.push(leavesOf<Tensor>(result));
    }
    return [carried, mapTree(result, (_, path) => tf.stack(made.map((leaves) => leaves.get(path)!))) as Result];
  });
}

function tracedScan<Carried, Row, Result>(
  round: (carried: Carried, row: Row) => [Carried, Result],
  carried: Carried,
  rows: Row,
  n: number,
): [Carried, Result] {
  const [first, all] = [tensorsOf(carried), tensorsOf(rows)];
  let form: unknown; // of a round's result
  const flat: Round = (carriedNow, row) => {
    const [next, result] = round(inForm(places(carried), carriedNow), inForm(places(rows), row));
    form = places(result);
    return [tensorsOf(next), tensorsOf(result)];
  };

  const { result: loop, used } = withOwnTape(() =>
    recordLoop(isTapeOn() ? handingOver(flat) : flat, first, all.map(oneRow), n)
  );
  const inputs = [...floats(first), ...floats(all), ...used];
  const count = leavesOf(form).size;
  const resultsOfRound = loop.results.slice(0, count);
  const [startIds, rowIds] = [first.map(held), all.map(held)];
  let handed: number[] = [];
  const back = isTapeOn() && inputs.length > 0
    ? withOwnTape(() => recordBackwards(flat, first, all.map(oneRow), used, resultsOfRound, n)).result
    : undefined;

  const results = differentiable(inputs, {
    forward() {
      const results = loop.run(startIds, rowIds);
      handed = results.slice(first.length + count).map(held);
      return results;
    },
    backward(dys) {
      const [dLast, dResults] = split(dys, floats(first).length, floats(resultsOfRound).length);
      const dUsed = used.map((x) => tf.zeros(x.shape));
      const gradients = () => {
        const ids = [...rowIds, ...handed, ...dResults.map(idOf)];
        const made = back!.run([...dLast, ...dUsed].map(idOf), ids);
        const [forCarried, forUsed, forRows] = split(made, dLast.length, used.length);
        return [...forCarried, ...forRows, ...forUsed];
      };
      return withoutSecond("jit.scan", [...inputs, ...dLast, ...dResults], gradients);
    },
  });
  const [last, stacked] = split(results, first.length, count);
  return [inForm(places(carried), last), inForm(form, stacked)];
}

/** The same round, whose results are followed by what it was handed. */
const handingOver = (round: Round): Round => (carried, row) => {
  const [next, result] = round(carried, row);
  return [next, [...result, ...carried]];
};

/**
 * The loop backwards: it carries the gradients of what the rounds carried, and the sums of those of `used`; its rows are
 * the rows, what each round was handed, and the gradients of its results; its results are the gradients of the rows.
 */
function recordBackwards(round: Round, carried: Spec[], row: Spec[], used: Tensor[], results: Spec[], n: number): Loop {
  const back: Round = (gradients, rows) => {
    const [dCarried, sums] = split(gradients, floats(carried).length);
    const [x, handed, dResults] = split(rows, row.length, carried.length);
    const inputs = [...floats(handed), ...floats(x), ...used];
    const made = pulledBack(() => round(handed, x), inputs, [...dCarried, ...dResults]);
    const [forCarried, forRow, forUsed] = split(made, dCarried.length, floats(x).length);
    return [[...forCarried, ...forUsed.map((d, i) => tf.add(sums[i], d))], forRow];
  };
  return recordLoop(back, [...floats<Spec>(carried), ...used], [...row, ...carried, ...floats<Spec>(results)], n, true);
}

const tensorsOf = (tree: unknown) => [...leavesOf<Tensor>(tree).values()];

const oneRow = ({ shape, dtype }: Tensor): Spec => ({ shape: shape.slice(1), dtype });

/** The number of a tensor that stays until the trace ends, whatever tfjs frees. */
const held = (tensor: Tensor) => engine().binding.hold(idOf(tensor));

/** The form of a tree, as {@linkcode inForm} takes it. */
function places(tree: unknown): unknown {
  let place = 0;
  return mapTree(tree, (leaf): Place => ({ ...(leaf as Spec), place: place++ }));
}
