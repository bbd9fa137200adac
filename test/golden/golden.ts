/**
 * Reads the golden numbers (computed once with the reference implementations) and compares ours with them.
 *
 * They lie beside this file; the environment variable `GOLDEN` names another folder with the same files and fields but
 * other values and sizes, so a test reads every size from the file.
 */
import type { ScoredImages } from "../../lib/metrics/scores.ts";

/** An array of the golden files, flat in row-major order. */
export interface GoldenArray {
  /** Its sizes, outermost first. */
  shape: number[];
  /** Its numbers, as many as the product of the sizes. */
  data: number[];
}

/**
 * Reads `name`.json. Asking an object in it for a field that it lacks throws, so that no comparison is left out unseen
 * (`"field" in object` asks without throwing).
 *
 * @param name file name without `.json`, such as "metrics"
 */
export async function golden<T>(name: string): Promise<T> {
  const folder = Deno.env.get("GOLDEN");
  const path = folder ? `${folder}/${name}.json` : new URL(`./${name}.json`, import.meta.url);
  const isObject = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  return JSON.parse(await Deno.readTextFile(path), (_, value) => isObject(value) ? strict(name, value) : value);
}

function strict(file: string, object: object): object {
  return new Proxy(object, {
    get(target, field, receiver) {
      const known = typeof field === "symbol" || field in target || field === "then" || field === "toJSON";
      if (!known) throw new Error(`${file}.json: no field "${field}" among ${Object.keys(target).join(", ")}`);
      return Reflect.get(target, field, receiver);
    },
  });
}

/** The numbers of a golden array, after checking that they are as many as its shape says. */
export function arrayOf(array: GoldenArray): Float64Array {
  const size = array.shape.reduce((product, n) => product * n, 1);
  if (array.data.length !== size) {
    throw new Error(`golden array has ${array.data.length} numbers, its shape [${array.shape}] says ${size}`);
  }
  return Float64Array.from(array.data);
}

/** What metrics.json has of a case's images. */
export interface ScoredCase
  extends Record<"known" | "unknown" | "known_label" | "known_pred" | "unknown_pred", GoldenArray> {
  /** Number of known classes. */
  classes: number;
}

/** A case's images, as the metrics take them. */
export function scoredImagesOf(of: ScoredCase): ScoredImages {
  return {
    known: arrayOf(of.known),
    unknown: arrayOf(of.unknown),
    knownLabel: Int32Array.from(arrayOf(of.known_label)),
    knownPredicted: Int32Array.from(arrayOf(of.known_pred)),
    unknownPredicted: Int32Array.from(arrayOf(of.unknown_pred)),
    classes: of.classes,
  };
}

/** Compares values with golden ones, counting them; `report` at the end of a test file prints the count. */
export class Comparison {
  #file: string;
  #count = 0;
  #worst = { path: "", share: 0 };

  /**
   * Starts with nothing compared.
   *
   * @param file the golden file, as it shall be printed, such as "metrics.json"
   */
  constructor(file: string) {
    this.#file = file;
  }

  /** Fails unless max |actual - expected| / max |expected| is at most `tolerance` (absolute where all expected are 0). */
  array(path: string, actual: ArrayLike<number>, expected: GoldenArray, tolerance: number): void {
    const golden = this.#sameSize(path, actual, expected);
    let largest = 0;
    let difference = 0;
    for (let i = 0; i < golden.length; i++) {
      largest = Math.max(largest, Math.abs(golden[i]));
      difference = Math.max(difference, Math.abs(actual[i] - golden[i])); // NaN stays NaN
    }
    this.#judge(path, difference / (largest || 1), tolerance, golden.length);
  }

  /** Fails unless |actual - expected| / |expected| is at most `tolerance` (absolute where expected is 0). */
  scalar(path: string, actual: number, expected: number, tolerance: number): void {
    this.#present(path, actual, expected);
    this.#judge(path, Math.abs(actual - expected) / (Math.abs(expected) || 1), tolerance, 1);
  }

  /** Fails unless every number is the same. */
  equal(path: string, actual: ArrayLike<number>, expected: GoldenArray): void {
    const golden = this.#sameSize(path, actual, expected);
    for (let i = 0; i < golden.length; i++) {
      if (actual[i] !== golden[i]) {
        throw new Error(`${this.#file} ${path}: ${actual[i]} at ${i}, expected ${golden[i]}`);
      }
    }
    this.#count += golden.length;
  }

  /** Prints how many values were compared, and the error that came nearest to its tolerance; fails when there were none. */
  report(): void {
    if (this.#count === 0) throw new Error(`${this.#file}: no value was compared`);
    const { path, share } = this.#worst;
    const worst = path && `; largest error ${(100 * share).toPrecision(2)} % of its tolerance (${path})`;
    console.log(`${this.#file}: ${this.#count} values compared${worst}`);
  }

  #present(path: string, actual: unknown, expected: unknown): void {
    if (expected === undefined) throw new Error(`${this.#file} ${path}: absent from the golden file`);
    if (actual === undefined) throw new Error(`${this.#file} ${path}: nothing to compare with the golden value`);
  }

  #sameSize(path: string, actual: ArrayLike<number>, expected: GoldenArray): Float64Array {
    this.#present(path, actual, expected);
    const golden = arrayOf(expected);
    if (actual.length !== golden.length) {
      throw new Error(`${this.#file} ${path}: ${actual.length} numbers, expected ${golden.length} [${expected.shape}]`);
    }
    return golden;
  }

  #judge(path: string, error: number, tolerance: number, count: number): void {
    if (!(error <= tolerance)) {
      throw new Error(`${this.#file} ${path}: error ${error.toPrecision(3)}, tolerance ${tolerance}`);
    }
    this.#count += count;
    if (error / tolerance > this.#worst.share) this.#worst = { path, share: error / tolerance };
  }
}
