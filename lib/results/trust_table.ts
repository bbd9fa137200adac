/** The table of `results/trust.json`, which `deno task trust` writes, for a document. */
import { readText } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import type { Table } from "./table.ts";

/** Version of the file's form. */
export const TRUST_VERSION = 1;

/** One kind of harm that was done. */
export interface TrustRow {
  /** What was done to what. */
  what: string;
  /** How often. */
  tried: number;
  /** How often it did not stand. */
  failed: number;
  /** The first of what went wrong, in words. */
  faults: readonly string[];
  /** What was measured beside it, in words; may be empty. */
  note: string;
}

/** A part of the task, as it ran last. */
export interface TrustSubject {
  /** Its name. */
  name: string;
  /** What must hold, in a sentence. */
  claim: string;
  /** Decides everything that was random. */
  seed: number;
  /** Why it could not run; null if it did. */
  skipped: string | null;
  /** What was done. */
  rows: readonly TrustRow[];
  /** How long it took. */
  seconds: number;
  /** Commit that was tried. */
  code_version: string;
  /** When it ended, ISO 8601 in UTC. */
  finished: string;
  /** Where. */
  hardware: { processor: string; cores: number; memory_gib: number };
}

/** The file. */
export interface Trust {
  /** Of the form. */
  version: typeof TRUST_VERSION;
  /** The parts. */
  subjects: readonly TrustSubject[];
}

/**
 * Reads the file.
 *
 * @throws {UserError} if it cannot be read, or is of another form
 */
export async function readTrust(path: string): Promise<Trust> {
  const text = await readText(path, "Make it: deno task trust.");
  try {
    const file = JSON.parse(text);
    if (file.version === TRUST_VERSION && Array.isArray(file.subjects)) return file;
  } catch {
    // told below
  }
  throw new UserError(`${path}: not of version ${TRUST_VERSION} of this file. Move it away: deno task trust.`);
}

/** A row for each kind of harm, below the part that it belongs to. */
export function trustTable({ subjects }: Trust): Table {
  return [
    ["Part", "Harm", "Times", "Stood", "Beside it"],
    ...subjects.flatMap(({ name, skipped, rows }) =>
      skipped === null
        ? rows.map(({ what, tried, failed, note }) => [name, what, number(tried), number(tried - failed), note])
        : [[name, "", "0", "", `left out: ${skipped}`]]
    ),
  ];
}

/** What each part must show, and where and when it was tried. */
export function trustNotes({ subjects }: Trust): string[] {
  return subjects.map(({ name, claim, seconds, seed, code_version, hardware, finished }) =>
    `- ${name}: ${claim} Tried on ${finished.slice(0, 10)} with code ${code_version}, seed ${seed}, in ` +
    `${seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`}; ${hardware.processor}, ` +
    `${hardware.cores} cores, ${hardware.memory_gib} GiB.`
  );
}

function number(value: number): string {
  return value.toLocaleString("en");
}
