/** What each part of `deno task trust` is told, and what it tells. */

/** What a part is told. */
export interface Asked {
  /** How often each kind of harm is done, all kinds together. */
  count: number;
  /** Decides everything that is random. */
  seed: number;
  /** Told how often it was done so far. */
  tick(done: number, note?: string): void;
}

/** One kind of harm, and what came of it: a row of the table. */
export interface Row {
  /** What was done to what. */
  what: string;
  /** How often. */
  tried: number;
  /** What went wrong, a sentence each; none is what is hoped for. */
  faults: string[];
  /** What was measured beside it, in words. */
  note: string;
}

/** A part of the task. */
export interface Subject {
  /** As `--only` names it. */
  name: string;
  /** What must hold, in a sentence. */
  claim: string;
  /** How often harm is done, in full and in short. */
  counts: { full: number; short: number };
  /**
   * Does it.
   *
   * @returns rows; or in a sentence why it cannot be done on this machine
   */
  run(asked: Asked): Promise<Row[] | string>;
}

/** At most so many faults of a kind are told: the first ones are enough to begin with. */
export const MOST_FAULTS = 20;

/** Splits `count` among `n` as evenly as can be. */
export function shares(count: number, n: number): number[] {
  return Array.from({ length: n }, (_, k) => Math.floor((count + k) / n));
}
