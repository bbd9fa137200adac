/** Rounds what is measured to six significant digits, so that a result file reads well and its diffs mean something. */

/**
 * A copy of plain data in which every number has at most six significant digits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(rounded({ auroc: 0.86888751, images: [30000, 1 / 3] }), { auroc: 0.868888, images: [30000, 0.333333] });
 * ```
 */
export function rounded<T>(data: T): T {
  return JSON.parse(
    JSON.stringify(data),
    (_, value) => typeof value === "number" ? Number(value.toPrecision(6)) : value,
  );
}
