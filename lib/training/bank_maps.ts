/** The CAM bank in a checkpoint, for who watches a run. */
import { openCheckpoint } from "./checkpoint.ts";

/**
 * The class activation maps of a run's training images, as its last checkpoint has them.
 *
 * @param path the checkpoint
 * @returns `[images, 8, 8]`; null if there is no file, or the run has no BackMix
 * @throws {UserError} if the file is damaged, or no checkpoint
 */
export async function bankMaps(path: string): Promise<Float32Array | null> {
  const file = await openCheckpoint(path);
  return (file?.arrays.get("bank.maps")?.data as Float32Array | undefined) ?? null;
}
