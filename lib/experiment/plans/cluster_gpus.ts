/** Whether the cluster that a job is written for has GPUs, as far as Slurm tells on this machine. */
import { UserError } from "../../files/user_error.ts";

/**
 * What `sinfo` says of the nodes' generic resources, a line for each kind of node, such as `gpu:a100:4` or `(null)`.
 *
 * @param partition only of this one
 * @returns null where there is no Slurm, or it does not answer
 */
export type Sinfo = (partition?: string) => Promise<string | null>;

/**
 * Throws if Slurm knows of no GPU where a job asks for one; without Slurm nothing is known, and nothing said.
 *
 * @param sbatch the job's options, such as `gres=gpu:1` and `partition=gpu`
 * @throws {UserError} what to leave out
 */
export async function checkClusterHasGpu(sbatch: readonly string[], sinfo: Sinfo = askSinfo): Promise<void> {
  const partition = sbatch.map((line) => line.match(/^partition=(.+)/)?.[1]).find(Boolean);
  const resources = await sinfo(partition);
  if (resources === null || /\bgpu\b/.test(resources)) return;
  const where = partition === undefined ? "this cluster" : `its partition ${partition}`;
  throw new UserError(
    `--sbatch asks for a GPU, but no node of ${where} has one, as sinfo shows. Leave it out to train on processors, or ` +
      "name a partition whose nodes have GPUs (sinfo --Format=partition,gres).",
  );
}

async function askSinfo(partition?: string): Promise<string | null> {
  const of = partition === undefined ? [] : [`--partition=${partition}`];
  const command = new Deno.Command("sinfo", { args: ["--noheader", "--format=%G", ...of] });
  try {
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
