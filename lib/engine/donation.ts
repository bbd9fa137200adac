/**
 * Arguments that the caller gives away, so that TensorFlow may compute in their memory.
 *
 * An operation writes its result into an input's memory if nobody else holds the input; but whoever calls a function
 * holds all its arguments until it ends, whatever becomes of the caller's own handles. So what is given away is no
 * argument: it is put into a staging area of TensorFlow's under a number, the caller lets it go, and the function, whose
 * argument is the number, begins by taking it out.
 */
import { UserError } from "../files/user_error.ts";
import { attributeList, AttributeType, type AttributeValue, text } from "./attributes.ts";
import { DataType } from "./c_api.ts";
import { givenAway } from "./disposed.ts";
import { argument, idOf, type Spec, wrapped } from "./record.ts";
import { engine } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { disposeTree, leavesOf, mapTree } from "./tree.ts";

/** What was given away for one call. */
export interface Given {
  /** The argument that stands for it, a tensor of the binding. */
  input: number;
  /** To be called once the function has ended. */
  done(): void;
}

/** The arguments of one trace that are given away: always the same number of tensors, of the same types. */
export interface Donation {
  /**
   * The arguments for recording: those that are given away come out of the staging area.
   *
   * @throws {UserError} if there is nothing at one of the places
   */
  taken(trees: unknown[]): unknown[];
  /**
   * Takes tensors from the caller.
   *
   * @param others tensors of the binding that the call needs besides
   * @throws {UserError} if one is needed twice
   */
  give(trees: unknown[], others: number[]): Given;
}

let areas = 0;

/** Opens a staging area for the arguments at these places, counted from 0. */
export function donation(places: readonly number[]): Donation {
  const area = text(`given_away_${areas++}`);
  const given = (trees: unknown[]) => trees.filter((_, i) => places.includes(i));
  let calls = 0, running = 0;

  function run(name: string, types: number[], inputs: number[], outputs: number) {
    const list = { type: AttributeType.types, value: types };
    const attributes: Record<string, AttributeValue> = { dtypes: list, shared_name: area };
    if (name === "MapStage") attributes.fake_dtypes = list; // the types of those that are staged: all
    return engine().binding.executeOp(name, attributeList(attributes), inputs, outputs);
  }

  /** Runs `work` with the numbers 0 .. n-1, which name the tensors under one key. */
  function withIndices<T>(n: number, work: (indices: number) => T): T {
    const { binding } = engine();
    const indices = binding.createTensor([n], DataType.int32, Int32Array.from({ length: n }, (_, i) => i));
    try {
      return work(indices);
    } finally {
      binding.deleteTensor(indices);
    }
  }

  return {
    taken(trees) {
      const { binding } = engine();
      const empty = places.find((place) => leavesOf(trees[place] ?? {}).size === 0);
      if (empty !== undefined) {
        throw new UserError(
          `jit: donate names argument ${empty}, counted from 0, which is not there or holds no tensor.`,
        );
      }
      const specs = [...leavesOf<Spec>(given(trees)).values()];
      const types = specs.map(({ dtype }) => DataType[dtype]);
      const key = binding.traceInput([], DataType.int64);
      const made = withIndices(specs.length, (indices) => run("MapUnstage", types, [key, indices], specs.length));
      const shaped = specs.map(({ shape }, i) => {
        const attributes = {
          T: { type: AttributeType.type, value: types[i] },
          shape: { type: AttributeType.shape, value: shape },
        };
        return wrapped(binding.executeOp("EnsureShape", attributeList(attributes), [made[i].id], 1)[0]);
      });
      return trees.map((tree, i) =>
        mapTree(tree, (leaf) => places.includes(i) ? shaped.shift()! : argument(leaf as Spec))
      );
    },

    give(trees, others) {
      const { binding } = engine();
      const leaves = [...leavesOf<Tensor>(given(trees)).values()];
      const ids = leaves.map(idOf);
      if (ids.some((id, i) => others.includes(id) || ids.indexOf(id) !== i)) {
        throw new UserError(
          "jit: a tensor that is given away (donate) is also another argument, or is used from outside. Give a copy of " +
            "it (tf.add(x, 0)), or do not give it away.",
        );
      }
      const input = binding.createTensor([], DataType.int64, Int32Array.of(calls++, 0));
      const types = leaves.map(({ dtype }) => DataType[dtype as Spec["dtype"]]);
      withIndices(ids.length, (indices) => run("MapStage", types, [input, indices, ...ids], 0));
      running++;
      for (const leaf of leaves) givenAway.add(leaf);
      disposeTree(leaves);
      return {
        input,
        done() {
          binding.deleteTensor(input);
          if (--running === 0) run("MapClear", types, [], 0); // what a call that failed did not take
        },
      };
    },
  };
}
