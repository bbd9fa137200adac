/** All readers, and the words between who damages their input in a process of its own and who counts. */
import { arrayReaders } from "./array_readers.ts";
import { imageReaders } from "./image_readers.ts";
import type { Reader } from "./reader.ts";
import { recordReaders } from "./record_readers.ts";

export type { Reader } from "./reader.ts";

/** The readers. */
export const readers: readonly Reader[] = [...arrayReaders, ...imageReaders, ...recordReaders];

/** What the process tells. */
export interface Line {
  /** The reader's place in the list. */
  reader: number;
  /** The number of the next input, or of the one with the fault. */
  at: number;
  /** What was wrong with how it was read. */
  fault?: string;
}
