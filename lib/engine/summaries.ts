/**
 * TensorBoard's event files, written by TensorFlow's own summary operations: `events.out.tfevents.TIME.HOST...` in a folder,
 * a new one each time that it is opened.
 */
import { UserError } from "../files/user_error.ts";
import { engine, tf } from "./tensorflow.ts";

/** Numbers over steps, which TensorBoard draws. */
export interface Summaries {
  /** Adds a number. */
  scalar(name: string, step: number, value: number): void;
  /** Writes what was added to the disk. */
  flush(): void;
  /** Writes it and closes the file. */
  close(): void;
}

/**
 * Opens an event file; TensorFlow must run.
 *
 * @param directory is made if it is not there
 * @throws {UserError} if it cannot be written; so do the functions that write to it
 */
export function openSummaries(directory: string): Summaries {
  const { backend } = engine();
  const attempt = <T extends tf.TensorContainer>(work: () => T): T => {
    try {
      return tf.tidy(work);
    } catch (error) {
      throw new UserError(
        `${directory}: TensorBoard's event file cannot be written: ${
          (error as Error).message
        }. Free the disk, or choose ` +
          "another folder.",
      );
    }
  };
  const writer = attempt(() => {
    const writer = backend.summaryWriter(directory);
    backend.createSummaryFileWriter(writer, directory);
    return writer;
  });
  return {
    scalar: (name, step, value) => void attempt(() => backend.writeScalarSummary(writer, step, name, value)),
    flush: () => void attempt(() => backend.flushSummaryWriter(writer)),
    close() {
      try {
        attempt(() => void backend.executeMultipleOutputs("CloseSummaryWriter", [], [writer], 0));
      } finally {
        writer.dispose();
      }
    },
  };
}
