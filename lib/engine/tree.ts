/**
 * Trees: plain objects and arrays whose leaves are tensors or host arrays. Parameters, state, batches and checkpoints
 * are trees, so that one function maps, counts, frees and saves them all. (After JAX's pytrees.)
 */
import type * as tf from "@tensorflow/tfjs";

/** What may stand at a tree's leaf: anything with a shape, such as a tensor, or an array in a checkpoint. */
export interface Leaf {
  /** The leaf's shape. */
  readonly shape: readonly number[];
}

/** The tree `T` with its leaves replaced by `R`. */
export type Mapped<T, R> = T extends Leaf ? R : { [K in keyof T]: Mapped<T[K], R> };

function isLeaf(node: unknown): node is Leaf {
  return typeof node === "object" && node !== null && Array.isArray((node as Leaf).shape);
}

/** A map, a promise or a tensor's class would otherwise pass for an object without members. */
function isPlainObject(node: unknown): node is Record<string, unknown> {
  return typeof node === "object" && node !== null && [Object.prototype, null].includes(Object.getPrototypeOf(node));
}

function notATree(node: unknown, path: string): TypeError {
  const got = typeof node === "object" && node !== null ? `a ${node.constructor.name}` : String(node);
  return new TypeError(`${path || "the tree"}: expected a tensor, an array or a plain object, got ${got}`);
}

/**
 * A tree of the same form with each leaf replaced. Members that are `undefined` are left out.
 *
 * @param replace gets the leaf and its path, such as `conv1.kernel` or `layers.0.bias`
 * @throws {TypeError} if something in the tree is neither a leaf, nor an array, nor an object
 */
export function mapTree<T, R>(tree: T, replace: (leaf: Leaf, path: string) => R, path = ""): Mapped<T, R> {
  if (isLeaf(tree)) return replace(tree, path) as Mapped<T, R>;
  const below = (key: string | number) => (path === "" ? `${key}` : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.map((node, i) => mapTree(node, replace, below(i))) as Mapped<T, R>;
  if (!isPlainObject(tree)) throw notATree(tree, path);
  const members = Object.entries(tree).filter(([, node]) => node !== undefined);
  return Object.fromEntries(members.map(([key, node]) => [key, mapTree(node, replace, below(key))])) as Mapped<T, R>;
}

/**
 * The leaves of a tree by path, in the tree's order.
 *
 * @example
 * ```ts
 * import { leavesOf } from "./tree.ts";
 * const kernel = { shape: [3, 3] };
 * leavesOf({ conv: { kernel } }); // Map { "conv.kernel" => kernel }
 * ```
 */
export function leavesOf<L extends Leaf>(tree: unknown): Map<string, L> {
  const leaves = new Map<string, L>();
  mapTree(tree, (leaf, path) => leaves.set(path, leaf as L));
  return leaves;
}

/** Frees all tensors of a tree. */
export function disposeTree(tree: unknown): void {
  for (const leaf of leavesOf<tf.Tensor>(tree).values()) leaf.dispose();
}
