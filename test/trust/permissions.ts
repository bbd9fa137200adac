/** Each task with one of its permissions taken away: it says in a plain line which one to give. */
import { join } from "node:path";
import { experiments } from "../../experiments/all.ts";
import { planReport } from "../../lib/experiment/plans/plan_task.ts";
import { writePictures } from "../datasets/pictures.ts";
import { network } from "./array_readers.ts";
import type { Row, Subject } from "./subject.ts";

const project = new URL("../../", import.meta.url).pathname;

/** A short use of a task, which needs all that the task may do. */
interface Use {
  /** The task, which stands for all with the same permissions. */
  task: string;
  /**
   * Prepares its input in an empty folder.
   *
   * @returns its options
   */
  begin(folder: string): string[] | Promise<string[]>;
  /** Whether it looks into the cache, which is then one in the folder, with something in it. */
  cached?: true;
}

/** Tasks that start no TensorFlow come first: they are quick. */
const USES: readonly Use[] = [
  { task: "results:check", begin: () => ["results/methods.quick.json"] },
  { task: "results:diff", begin: () => ["--base", "HEAD"] },
  {
    task: "plan",
    async begin(folder) {
      const plan = join(folder, "plan.jsonl");
      await planReport(["--tables", "priors", "--preset", "quick", "--out", plan], experiments);
      return ["--slurm", plan, "--sbatch", "gres=gpu:1", "--out", join(folder, "job")]; // asks Slurm for GPUs
    },
  },
  { task: "watch", begin: (out) => [out, "--port", "8799"] },
  {
    task: "cache",
    cached: true,
    begin: () => ["--clear"],
  },
  {
    task: "cams",
    async begin(folder) {
      await Deno.writeFile(join(folder, "net.safetensors"), network());
      await writePictures(folder, ["ant"], 1);
      return [
        "--weights",
        join(folder, "net.safetensors"),
        "--images",
        join(folder, "ant"),
        "--out",
        join(folder, "a.png"),
      ];
    },
  },
  {
    task: "reproduce:priors",
    begin: (out) => ["--epochs", "1", "--limit", "130", "--threads", "1", "--no-backmix", "--out", out],
  },
];

/** A task that runs so long without a permission works without it, in milliseconds. */
const LONGEST = 60_000;
/** To show stacks where that is asked for, and to name this machine in a lock: without them a task does the same. */
const OPTIONAL = ["--allow-env=DEBUG", "--allow-sys=hostname"];

/** Takes each permission away from each. */
export const permissions: Subject = {
  name: "permissions",
  claim: "A task that lacks one of its permissions says in a plain line which one to give, and it has none to spare.",
  counts: { full: USES.length, short: 2 },
  async run({ count, tick }) {
    const rows: Row[] = [];
    for (const [k, use] of USES.slice(0, count).entries()) {
      rows.push(await withoutEach(use));
      tick(k + 1, use.task);
    }
    return rows;
  },
};

async function withoutEach(use: Use): Promise<Row> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(project, "deno.json")));
  const words: string[] = tasks[use.task].command.split(" ").slice(2); // after "deno run"
  const flags = words.filter((word) => word.startsWith("--allow-") && !OPTIONAL.includes(word));
  const faults: string[] = [];
  for (const flag of flags) {
    const [name] = flag.split("=");
    const { code, said } = await runWith(use, words.filter((word) => word !== flag), name);
    if (code === 0) faults.push(`${name}: not needed`);
    else if (/\n\s+at /.test(said)) faults.push(`${name}: a stack: ${said.split("\n")[0]}`);
    else if (!said.includes(name)) faults.push(`${name}: is not named: ${said.split("\n").at(-1)}`);
  }
  return {
    what: use.task,
    tried: flags.length,
    faults,
    note: flags.map((flag) => flag.slice(8).split("=")[0]).join(", "),
  };
}

/** Runs a task without the permission of this name. */
async function runWith(
  { begin, cached }: Use,
  words: string[],
  without: string,
): Promise<{ code: number; said: string }> {
  const folder = await Deno.makeTempDir(), cache = join(folder, "cache");
  try {
    const options = await begin(folder);
    if (cached) {
      await Deno.mkdir(join(cache, "a"), { recursive: true });
      await Deno.writeTextFile(join(cache, "a", "CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    }
    const ownCache = cached || without === "--allow-run"; // Python is asked only where no library was found before
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-check", ...words, ...options],
      cwd: project,
      env: { DEBUG: "", NO_COLOR: "1", ...(ownCache && { BACKMIX_HOME: cache, TENSORFLOW_LIB: "" }) },
      stdin: "null",
      signal: AbortSignal.timeout(LONGEST),
    }).output();
    return { code: code > 128 ? 0 : code, said: new TextDecoder().decode(stderr).trim() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
