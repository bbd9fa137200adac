/**
 * `deno task bench`: how fast this project is beside PyTorch and JAX, on this machine.
 *
 * Each side is a process of its own with the same number of threads; one works while the others wait, in turns (ABAB),
 * and which begins changes with each round. Ratios are taken within a round.
 */
import { parseArgs } from "@std/cli";
import { join } from "node:path";
import { type Device, deviceOf } from "../../lib/engine/device.ts";
import type { Processor } from "../../lib/engine/library_machine.ts";
import { checkGpu } from "../../lib/engine/nvidia.ts";
import { codeVersion } from "../../lib/experiment/environment.ts";
import { writeTextAtomic } from "../../lib/files/atomic.ts";
import { progressBar } from "../../lib/files/progress.ts";
import { runTask } from "../../lib/files/task.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { type Comparison, comparisons, MEMORY_TARGET, MEMORY_WORK } from "./comparisons.ts";
import { type Measured, rowOf, table } from "./report.ts";
import { jaxPython } from "./jax_install.ts";
import { torchPython } from "./torch_install.ts";
import { startWorker, type Worker } from "./worker.ts";

const HELP = `Measures this project against PyTorch and JAX on this machine, all in turns, and prints the ratios.

    deno task bench [options]

  --device NAME  default cpu; gpu:0 measures networks on an NVIDIA GPU, beside PyTorch only
  --only NAME    one comparison; repeatable; writes no file
  --rounds N     how often each is measured; default 5
  --threads N    threads of each side; default all cores
  --help         this text

Names: ${comparisons({ bfloat16: true }).map(({ name }) => name).join(", ")}.

Costs about an hour on two cores that do nothing else, much of it for torch.compile, which needs a C++ compiler and is
left out without one. The first run installs JAX into the cache, 150 MB, and PyTorch: 2.5 GB, or 200 MB where
PIP_EXTRA_INDEX_URL names PyTorch's own index for processors.
Writes results/bench.json, or with --device gpu:0 results/bench-gpu.json, of which deno task cost makes GPU hours.`;

const RESULTS = join(import.meta.dirname!, "../../results");
/** Seconds of a measurement, at least; a GPU makes a hundred steps in as many. */
const SECONDS = { cpu: 2, gpu: 0.5 };
/** What our side may do: what every task that starts the engine may. */
const FLAGS = [
  "--no-prompt",
  "--allow-ffi",
  "--allow-run=python3",
  "--allow-read",
  "--allow-write",
  "--allow-env=TENSORFLOW_LIB,BACKMIX_HOME,XDG_CACHE_HOME,HOME,DEBUG,TF_ENABLE_ONEDNN_OPTS,TF_CPP_MIN_LOG_LEVEL,TF_DETERMINISTIC_OPS",
];

interface Facts {
  processor: Processor;
  /** Name of the GPU, if one computes. */
  gpu?: string;
  versions: Record<string, string>;
}

/** Starts our side. */
export function ourSide(threads: number, device: Device = "cpu"): Worker {
  const program = ["run", ...FLAGS, join(import.meta.dirname!, "our_worker.ts"), String(threads), device];
  return startWorker("Our side", Deno.execPath(), program);
}

async function torchSide(threads: number, device: Device): Promise<Worker> {
  const { python, compiled } = await torchPython(device);
  const program = [join(import.meta.dirname!, "torch_worker.py"), String(threads), device.replace("gpu", "cuda")];
  return startWorker("PyTorch's side", python, program, {
    OMP_NUM_THREADS: String(threads),
    TORCHINDUCTOR_CACHE_DIR: compiled,
    ...device === "cpu" ? { CUDA_VISIBLE_DEVICES: "" } : {},
  });
}

async function jaxSide(threads: number): Promise<Worker> {
  const program = [join(import.meta.dirname!, "jax_worker.py"), String(threads)];
  return startWorker("JAX's side", await jaxPython(), program, { JAX_PLATFORMS: "cpu" });
}

/** Measures one comparison on all sides in turns. */
async function compare(
  { work, ways, jax = [], what }: Comparison,
  { rounds, atLeast }: { rounds: number; atLeast: number },
  workers: { ours: Worker; torch: Worker; jax: Worker | null },
  tick: (note: string) => void,
): Promise<Measured> {
  const measured: Measured = { ours: [], others: {}, failed: {} };
  const others = [
    ...ways.map((way) => ({ way, worker: workers.torch })),
    ...jax.map((way) => ({ way, worker: workers.jax! })),
  ];
  const sides: [string, () => Promise<void>][] = [
    ["ours", async () => {
      measured.ours.push(await workers.ours.ask({ ask: "seconds", work, atLeast }));
    }],
    ...others.map(({ way, worker }): [string, () => Promise<void>] => [way, async () => {
      if (way in measured.failed) return;
      try {
        const seconds = await worker.ask<number>({ ask: "seconds", work, way, atLeast });
        (measured.others[way] ??= []).push(seconds);
      } catch (error) {
        if (!(error instanceof UserError) || others.length === 1) throw error;
        measured.failed[way] = error.message;
        delete measured.others[way];
      }
    }]),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const [side, measure] of round % 2 === 0 ? sides : sides.toReversed()) {
      tick(`${what}: ${side}, round ${round + 1} of ${rounds}`);
      await measure();
    }
  }
  if (Object.keys(measured.others).length === 0) throw new UserError(Object.values(measured.failed)[0]);
  return measured;
}

/** Peak resident memory of a fresh process that does nothing but train, in bytes. */
async function trainingMemory(threads: number): Promise<number> {
  await using worker = ourSide(threads);
  await worker.ask({ ask: "seconds", work: MEMORY_WORK, atLeast: 0 });
  return await worker.ask({ ask: "memory" });
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d*$/.test(text)) throw new UserError(`--${name} ${text}: give a whole number, 1 or more.`);
  return Number(text);
}

/** Runs the task. */
async function main(args: string[]): Promise<void> {
  const options = parseArgs(args, {
    string: ["device", "only", "rounds", "threads"],
    collect: ["only"],
    boolean: ["help"],
    alias: { h: "help" },
    unknown: (argument) => {
      throw new UserError(`${argument}: no such option. Run deno task bench --help for the options.`);
    },
  });
  if (options.help) return console.log(HELP);
  const rounds = wholeNumber("rounds", options.rounds, 5);
  const threads = wholeNumber("threads", options.threads, navigator.hardwareConcurrency);
  const device = deviceOf(options.device ?? "cpu");
  const kind = device === "cpu" ? "cpu" : "gpu";
  const names = comparisons({ bfloat16: kind === "cpu", kind }).map(({ name }) => name);
  for (const name of options.only) {
    if (!names.includes(name)) {
      throw new UserError(`--only ${name}: no such comparison. Choose of ${names.join(", ")}.`);
    }
  }

  if (device !== "cpu") checkGpu(device);
  const cores = navigator.hardwareConcurrency;
  const load = { before: Deno.loadavg()[0], highest: 0 };
  await using torch = await torchSide(threads, device);
  await using ours = ourSide(threads, device);
  const { processor, gpu, versions } = await ours.ask<Facts>({ ask: "facts" });
  const torchFacts = await torch.ask<Pick<Facts, "versions">>({ ask: "facts" });
  const bfloat16 = kind === "cpu" && processor.avx512Bf16;
  const leftOut: string[] = [];
  if (kind === "gpu") leftOut.push("bfloat16: ours is for processors.");
  else if (!bfloat16) {
    leftOut.push(
      `bfloat16: this processor (${processor.model}) has no AVX512_BF16; without it bfloat16 is slower than float32.`,
    );
  }
  const wanted = comparisons({ bfloat16, kind }).filter(({ name }) =>
    options.only.length === 0 || options.only.includes(name)
  );

  await using jax = wanted.some(({ jax }) => jax !== undefined) ? await jaxSide(threads) : null;
  const jaxFacts = await jax?.ask<Pick<Facts, "versions">>({ ask: "facts" });

  const bar = progressBar(
    "bench",
    wanted.reduce((n, { ways, jax }) => n + rounds * (1 + ways.length + (jax?.length ?? 0)), 0),
    "measurements",
  );
  let done = 0;
  const tick = (note: string) => {
    load.highest = Math.max(load.highest, Deno.loadavg()[0]);
    bar.update(done++, note);
  };
  const rows = [];
  try {
    for (const comparison of wanted) {
      rows.push(
        rowOf(comparison, await compare(comparison, { rounds, atLeast: SECONDS[kind] }, { ours, torch, jax }, tick)),
      );
    }
    bar.update(done);
  } finally {
    bar.stop();
  }
  const whole = options.only.length === 0;
  const memory = whole && kind === "cpu" ? { bytes: await trainingMemory(threads), target: MEMORY_TARGET } : null;

  console.log(table(rows, memory));
  for (const { name, failed } of rows) {
    for (const [way, why] of Object.entries(failed)) leftOut.push(`${name}, ${way}: ${why}`);
  }
  for (const line of leftOut) console.log(`Left out: ${line}`);
  // the side that works makes a load of its threads
  const busy = load.before > cores / 2 || load.highest > threads + cores / 2;
  if (busy) {
    const [before, highest] = [load.before.toFixed(1), load.highest.toFixed(1)];
    console.log(
      `Not to be trusted: the machine had other work (load ${before} before, up to ${highest}, ${cores} cores). That ` +
        "slows PyTorch's threads, which wait for each other, more than TensorFlow's, so the ratios flatter us. Run it " +
        "again on an idle machine.",
    );
  }
  if (!whole) return;
  const file = {
    code_version: await codeVersion(),
    hardware: {
      cores,
      memory_gib: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
      processor: processor.model,
      ...{ avx2: processor.avx2, avx512: processor.avx512, avx512_bf16: processor.avx512Bf16 },
      gpu,
    },
    left_out: leftOut,
    load: { ...load, busy },
    memory,
    rounds,
    rows,
    threads,
    versions: { ...versions, ...jaxFacts?.versions, ...torchFacts.versions },
  };
  const name = kind === "cpu" ? "bench.json" : "bench-gpu.json";
  await writeTextAtomic(join(RESULTS, name), JSON.stringify(file, rounded, 2) + "\n");
  console.log(`Written to results/${name}.`);
}

/** Four significant digits, more than a timing holds. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

if (import.meta.main) await runTask(() => main(Deno.args));
