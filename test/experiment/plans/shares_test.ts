/** What each job of a plan has of a machine, whose GPUs are pretended. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { experiments } from "../../../experiments/all.ts";
import { cifar10Experiment } from "../../../experiments/cifar10.ts";
import { priorsExperiment } from "../../../experiments/priors.ts";
import { tinyImagenetExperiment } from "../../../experiments/tiny_imagenet.ts";
import type { Experiment } from "../../../lib/experiment/experiment.ts";
import { trainingBytes } from "../../../lib/experiment/plans/cost.ts";
import { plannedCells, trainingOf, writePlan } from "../../../lib/experiment/plans/planned.ts";
import { runPlanOf } from "../../../lib/experiment/plans/run_plan_task.ts";
import { sharesOf, sharesText, type Wanted } from "../../../lib/experiment/plans/shares.ts";
import { nvidiaDriver } from "../../../lib/engine/nvidia.ts";
import { UserError } from "../../../lib/files/user_error.ts";

const GIB = 2 ** 30;
const SMALL = 2 * GIB; // of GPUs that hold one training
const LARGE = 80 * GIB;

/** Devices and threads of the jobs on a machine with these GPUs. */
function shared(wanted: Partial<Wanted>, gpus: number[] = [], cores = 8): [string[], number[]] {
  const shares = sharesOf({ bytes: GIB, ...wanted }, { cores, gpuMemory: () => gpus });
  return [shares.map(({ device }) => device), [...new Set(shares.map(({ threads }) => threads))]];
}

Deno.test("on the processor jobs share the threads evenly, one each at least, unless told how many", () => {
  assertEquals(shared({}), [["cpu"], [8]]);
  assertEquals(shared({ jobs: 2 }, [], 2), [["cpu", "cpu"], [1]]);
  assertEquals(shared({ jobs: 3 }), [["cpu", "cpu", "cpu"], [2]]);
  assertEquals(shared({ jobs: 4 }, [], 2)[1], [1]);
  assertEquals(shared({ jobs: 2, threads: 5 })[1], [5]);
  assertEquals(shared({}, [], 256)[1], [127]); // the engine takes no more
});

Deno.test("a GPU takes one training, or two where both are sure to fit", () => {
  assertEquals(shared({ gpus: "all" }, [SMALL, SMALL]), [["gpu:0", "gpu:1"], [4]]);
  assertEquals(shared({ gpus: "all" }, [LARGE, SMALL]), [["gpu:0", "gpu:1", "gpu:0"], [2]]);
  assertEquals(shared({ gpus: "0,1" }, [LARGE, LARGE]), [["gpu:0", "gpu:1", "gpu:0", "gpu:1"], [2]]);
  assertEquals(shared({ gpus: "1" }, [SMALL, 8 * GIB - 1]), [["gpu:1"], [8]]); // four times the memory, for each of two
  assertEquals(shared({ gpus: "1" }, [SMALL, 8 * GIB]), [["gpu:1", "gpu:1"], [4]]);
  assertEquals(shared({ gpus: "all", bytes: null }, [LARGE]), [["gpu:0"], [8]]); // not measured
});

Deno.test("jobs that are asked for go round the GPUs", () => {
  assertEquals(shared({ gpus: "all", jobs: 1 }, [LARGE, LARGE]), [["gpu:0"], [8]]);
  assertEquals(shared({ gpus: "0,2", jobs: 4 }, [SMALL, SMALL, SMALL])[0], ["gpu:0", "gpu:2", "gpu:0", "gpu:2"]);
});

Deno.test("a machine without GPUs, or without the one that is asked for, is told so", () => {
  const refused = (gpus: string, memory: number[]) => assertThrows(() => shared({ gpus }, memory), UserError).message;
  assertMatch(
    refused("all", []),
    /^--gpus all: no NVIDIA GPU can be seen here\. .* on a cluster, ask for nodes with GPUs/,
  );
  for (const gpus of ["0,2", "2", "0,0", "0,", "first", "-1"]) {
    assertEquals(
      refused(gpus, [LARGE, LARGE]),
      `--gpus ${gpus}: give all, or some of 0,1, each once, with commas between.`,
    );
  }
});

Deno.test("what the jobs have is said aloud", () => {
  const text = (wanted: Partial<Wanted>, gpus: number[] = []) =>
    sharesText(sharesOf({ bytes: GIB, ...wanted }, { cores: 2, gpuMemory: () => gpus })).split(" Numbers")[0];
  assertEquals(text({}), "One training at a time: the processor, 2 threads.");
  assertEquals(text({ jobs: 2 }), "2 trainings at a time: the processor, 1 thread each.");
  assertEquals(text({ gpus: "all" }, [LARGE, SMALL]), "3 trainings at a time: 2 on gpu:0, gpu:1, 1 thread each.");
});

Deno.test("a training's memory is the bench's, more by its batch and its images, unknown of other networks", () => {
  const bytes = ({ presets, methods, images }: Experiment, preset: string, name: string) => {
    const method = methods.find((one) => one.name === name)!;
    const { recipe, own } = presets[preset];
    return trainingBytes({ ...recipe, ...own?.[name], backmix: null, precision: "float32" }, method, images, GIB);
  };
  assertEquals(bytes(cifar10Experiment, "quick", "softmax"), GIB); // B = 128, as measured
  assertEquals(bytes(cifar10Experiment, "paper", "softmax"), GIB); // B = 64: what does not shrink is not known
  assertEquals(bytes(tinyImagenetExperiment, "tuned", "softmax"), 4 * GIB); // B = 128 of images twice as wide and high
  assertEquals(bytes(cifar10Experiment, "paper", "pcssr"), null); // WRN-40-4
  assertEquals(bytes(cifar10Experiment, "paper", "arpl_cs"), null); // generator and discriminator beside
});

Deno.test({
  name: "each training of a plan is started on the GPU of its job, which here it does not find",
  ignore: nvidiaDriver() !== null,
  async fn() {
    const out = await Deno.makeTempDir();
    const cells = plannedCells(priorsExperiment, "quick", {}, ["--epochs", "1", "--limit", "64"]).slice(0, 2);
    assertEquals(trainingOf(cells[1], priorsExperiment).method.name, "softmax");
    await writePlan(`${out}/plan.jsonl`, cells);
    const machine = { cores: 2, gpuMemory: () => [SMALL, SMALL] };
    const never = new AbortController().signal;
    assertEquals(await runPlanOf([`${out}/plan.jsonl`, "--gpus", "all", "--out", out], experiments, never, machine), 1);
    const logs = await Promise.all(cells.map(({ id }) => Deno.readTextFile(`${out}/plan/${id}.log`)));
    for (const log of logs) assertMatch(log, /--device gpu:[01]: no NVIDIA driver/);
    const devices = logs.flatMap((log) => log.match(/gpu:\d/g) ?? []);
    assertEquals([...new Set(devices)].sort(), ["gpu:0", "gpu:1"]);
    await Deno.remove(out, { recursive: true });
  },
});
