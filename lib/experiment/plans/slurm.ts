/** A plan as a Slurm job array: one task a line, each of which ends in an orderly way before its time is up, and comes again. */

/** What Slurm is asked for. */
export interface SlurmOptions {
  /** Path of the plan, as the nodes see it. */
  plan: string;
  /** Folder of the program, as the nodes see it. */
  program: string;
  /** Lines of the plan. */
  count: number;
  /** Options for each training, such as `--data-dir DIR`. */
  more: readonly string[];
  /** Path of an image that the nodes run by Apptainer, and the folders that it is to see; undefined for Deno and the program. */
  image?: { path: string; folders: readonly string[] };
  /** What to ask for besides, such as `partition=gpu`. */
  sbatch: readonly string[];
}

/** Seconds ahead of the limit or a preemption at which a training is told to save and end. */
const AHEAD = 120;

/**
 * The batch script, for `sbatch`.
 *
 * A line of the plan runs by `run-plan --line N`, which skips what is done. After SIGTERM a training writes its checkpoint and
 * ends with 130, upon which the task puts itself back into the queue.
 */
export function slurmScript({ plan, program, count, more, image, sbatch }: SlurmOptions): string {
  const asked = sbatch.map((line) => `#SBATCH --${line}\n`).join("");
  return `#!/bin/bash
#SBATCH --job-name=backmix
#SBATCH --array=1-${count}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@${AHEAD}
${asked}
${startOf(program, image, asksForGpu(sbatch))} run-plan ${quoted(plan)} --line "$SLURM_ARRAY_TASK_ID" ${
    more.map(quoted).join(" ")
  } &
work=$!
trap 'kill -TERM "$work"' TERM
wait "$work"
code=$?
while kill -0 "$work" 2>/dev/null; do # the signal ended the wait, not the work
  wait "$work"
  code=$?
done
if [ "$code" -eq 130 ]; then
  scontrol requeue "$SLURM_JOB_ID" # after a preemption Slurm does it too
  exit 0
fi
exit "$code"
`;
}

/** Whether options of sbatch ask for GPUs. */
export function asksForGpu(sbatch: readonly string[]): boolean {
  return sbatch.some((line) => /^(gres=(.*,)?gpu\b|gpus(-per-\w+)?=)/.test(line));
}

/** What begins a task of the project on a node. */
function startOf(program: string, image: SlurmOptions["image"], gpu: boolean): string {
  if (image === undefined) return `cd ${quoted(program)} || exit 1\ndeno task`;
  const folders = [...new Set(image.folders)];
  const made = `mkdir -p ${folders.map(quoted).join(" ")} || exit 1`; // what is bound must be there
  return `${made}\napptainer run ${gpu ? "--nv " : ""}--bind ${quoted(folders.join())} ${quoted(image.path)}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
