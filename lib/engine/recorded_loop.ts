/**
 * A loop over rows as TensorFlow's `StatelessWhile`: the rounds' results grow in TensorFlow's lists of tensors, which
 * are stacked at the end, so that no round copies what those before it made.
 */
import { attributeList, AttributeType } from "./attributes.ts";
import { DataType } from "./c_api.ts";
import { type AttributeValue, int, type } from "./operation.ts";
import { argument, idOf, record, type Spec, wrapped } from "./record.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor, Tensor1D } from "./tensors.ts";

/** A round on the leaves alone: from (carried, row) to (carried, result). */
export type Round = (carried: Tensor[], row: Tensor[]) => [Tensor[], Tensor[]];

/** A recorded loop. */
export interface Loop {
  /** What a round results in. */
  results: Spec[];
  /** Records a call, of numbers of the binding: the last carried tensors, and then the results of all rounds. */
  run(carried: number[], rows: number[]): Tensor[];
}

const COUNTER: Spec = { shape: [], dtype: "int32" };
const LIST: Spec = { shape: [], dtype: "variant" };
const whole = (n: number) => tf.scalar(n, "int32");

/**
 * Records the loop, in the function that is being traced.
 *
 * @param carried what a round carries on
 * @param row what a round gets
 * @param backwards whether it begins with the last row
 */
export function recordLoop(round: Round, carried: Spec[], row: Spec[], n: number, backwards = false): Loop {
  const { binding } = engine();
  let results: Spec[] = [];
  const rows = row.map(({ shape, dtype }) => ({ shape: [n, ...shape], dtype }));
  const body = (count: Tensor, carried: Tensor[], rows: Tensor[]) => {
    const i = backwards ? tf.sub(whole(n - 1), count) : count;
    const [next, made] = round(carried, rows.map((x) => tf.gather(x, i as Tensor1D)));
    results = made.map(({ shape, dtype }) => ({ shape, dtype }));
    const lists = made.map((result) => listOperation("TensorListSetItem", [argument(LIST), i, result], result));
    return [tf.add(count, whole(1)), next, rows, lists];
  };
  const recorded = record(body, [COUNTER, carried, rows]);
  const test = record((count: Tensor) => tf.less(count, whole(n)), [COUNTER, carried, rows, results.map(() => LIST)]);
  const { names: [bodyName, testName], captured } = binding.makeFunctions([recorded.trace, test.trace], true);

  return {
    results,
    run(carried, rows) {
      const shapes = results.map(({ shape }) => tf.tensor1d(shape, "int32"));
      const lists = results.map((spec, i) =>
        listOperation("TensorListReserve", [shapes[i], whole(n)], spec, { shape_type: type("int32") })
      );
      const made = binding.loop(testName, bodyName, [
        idOf(whole(0)),
        ...carried,
        ...rows,
        ...lists.map(idOf),
        ...captured,
      ]);
      const [, last, , filled] = split(made, 1, carried.length, rows.length, results.length);
      const stacked = filled.map((list, i) =>
        listOperation("TensorListStack", [wrapped(list), shapes[i]], results[i], { num_elements: int(n) })
      );
      return [...last.map(wrapped), ...stacked];
    },
  };
}

/** An operation on a list of TensorFlow's, whose elements are like `element`. */
function listOperation(
  name: string,
  inputs: Tensor[],
  element: Spec,
  more: Record<string, AttributeValue> = {},
): Tensor {
  const attributes = { element_dtype: { type: AttributeType.type, value: DataType[element.dtype] }, ...more };
  return wrapped(engine().binding.executeOp(name, attributeList(attributes), inputs.map(idOf), 1)[0]);
}

/** A list in pieces of the given lengths, and the rest. */
export function split<T>(list: T[], ...lengths: number[]): T[][] {
  let from = 0;
  const pieces = lengths.map((length) => list.slice(from, from += length));
  return [...pieces, list.slice(from)];
}
