/** The data set of a cell that was run before. */
import type { Dataset, Source } from "../datasets/image_set.ts";
import type { Protocol } from "../datasets/splits.ts";
import { UserError } from "../files/user_error.ts";
import type { DataOptions, Experiment } from "./experiment.ts";

/** Whose lists a split's protocol is of; ARPL's for those of a data set's own, which have none. */
export function listOf(protocol: string): Protocol {
  return protocol === "cssr" ? "cssr" : "arpl";
}

/**
 * Loads or generates the data set that a cell names, and says which of the experiment's sets of unknown images it has.
 *
 * @param name the data set's, which tells an experiment's sets of unknown images apart
 * @throws {UserError} as its loader, or if these are other images than the cell's
 */
export async function datasetOf(
  experiment: Experiment,
  { name, sha256 }: { name: string } & Pick<Source, "sha256">,
  options: DataOptions,
): Promise<{ dataset: Dataset; unknown?: string }> {
  if (experiment.source === "generated" && options.dataDir !== undefined) {
    throw new UserError("--data-dir: this data set is generated, it has no files.");
  }
  const named = (unknown: string | undefined) => unknown !== undefined && name.includes(unknown); // first: others cost files
  const unknowns = (experiment.unknowns ?? [undefined]).toSorted((a, b) => Number(named(b)) - Number(named(a)));
  for (const unknown of unknowns) {
    const { dataset } = await experiment.data({ ...options, unknown });
    if (dataset.name !== name) continue;
    if (dataset.source.sha256 === sha256) return { dataset, unknown };
    throw new UserError(
      `${name}: these are not the images that the run was trained on (SHA-256 ${dataset.source.sha256}, the run's ` +
        `${sha256}). Pass their folder by --data-dir.`,
    );
  }
  throw new UserError(`The table ${experiment.table} has no data set ${name}: the run is of another version of it.`);
}
