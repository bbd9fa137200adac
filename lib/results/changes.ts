/** The reasons why committed figures moved, as `results/CHANGES.md` gives them. */
import { UserError } from "../files/user_error.ts";

/** Finds reasons. */
export interface Reasons {
  /** The last reason that is given for a cell of a file; undefined if there is none. */
  of(file: string, cell: string): string | undefined;
}

/**
 * Reads the list: lines `- FILE, CELL: reason`, where * is every cell of the file. All else is text for people.
 *
 * @param before the list as it was: its lines explained earlier moves, and no longer count
 * @throws {UserError} if a line begins like an entry and is none
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const reasons = reasonsIn("# Moved\n\n- cifar10.quick.json, softmax.trial0.seed0.3a07eef6: a new optimiser\n");
 * assertEquals(reasons.of("cifar10.quick.json", "softmax.trial0.seed0.3a07eef6"), "a new optimiser");
 * ```
 */
export function reasonsIn(text: string, before = ""): Reasons {
  const reasons = new Map<string, string>();
  const old = new Set(before.split("\n"));
  for (const line of text.split("\n")) {
    if (old.has(line) || !/^- \S+\.json\b/.test(line)) continue;
    const [, file, cell, reason] = /^- ([^,\s]+\.json), ([^:\s]+): (.*\S)\s*$/.exec(line) ?? [];
    if (reason === undefined) {
      throw new UserError(`"${line}" is no entry of a list of changes. Write: - FILE, CELL: reason`);
    }
    reasons.set(`${file}, ${cell}`, reason);
  }
  return { of: (file, cell) => reasons.get(`${file}, ${cell}`) ?? reasons.get(`${file}, *`) };
}
