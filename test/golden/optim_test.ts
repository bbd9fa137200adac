/** Optimisers and learning rates against `torch.optim` and the references' schedules. */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { adam, sgd } from "../../lib/training/optimiser.ts";
import { learningRate, type Schedule } from "../../lib/training/schedule.ts";
import { toTensors } from "../../lib/training/step.ts";
import { Comparison, golden, type GoldenArray } from "./golden.ts";
import { hostArray } from "./methods.ts";

interface OptimiserCase {
  name: string;
  kind: "sgd" | "adam";
  lr: number;
  weight_decay: number;
  momentum: number;
  nesterov: number;
  beta1: number;
  beta2: number;
  after_step: GoldenArray[][];
}

interface ScheduleCase {
  name: string;
  epochs: number;
  base: number;
  milestones?: number[];
  decay: number;
  warmup_epochs: number;
  steps_per_epoch: number;
  restarts: number;
  floor: number;
  rate_of_epoch?: number[];
  rate_of_first_step: number[];
  rate_of_last_step: number[];
  rate_of_steps_in_first_epochs: GoldenArray;
}

const file = await golden<{
  parameters: GoldenArray[];
  gradients: GoldenArray[][];
  optimisers: OptimiserCase[];
  schedules: ScheduleCase[];
}>("optim");
const compared = new Comparison("optim.json");
await startTensorFlow();

for (const c of file.optimisers) {
  Deno.test(`${c.name} moves parameters as PyTorch does`, () => {
    const optimiser = c.kind === "sgd"
      ? sgd({ momentum: c.momentum, weightDecay: c.weight_decay, nesterov: c.nesterov === 1 })
      : adam({ beta1: c.beta1, beta2: c.beta2, weightDecay: c.weight_decay });
    const start = file.parameters.map(hostArray);
    let params = toTensors(start);
    let moments: Record<string, unknown> = toTensors(optimiser.init(start));
    const update = jit((p: typeof params, g: typeof params, m: typeof moments, rate: tf.Scalar) =>
      optimiser.update(p, g, m, rate)
    );
    c.after_step.forEach((expected, t) => {
      const gradients = toTensors(file.gradients[t].map(hostArray));
      ({ params, moments } = update(params, gradients, moments, tf.scalar(c.lr)));
      expected.forEach((array, i) => {
        compared.array(`${c.name} step ${t} array ${i}`, params[i].dataSync(), array, 1e-5);
      });
    });
  });
}

for (const c of file.schedules) {
  Deno.test(`${c.name} gives the reference's learning rates`, () => {
    const schedule = scheduleOf(c);
    const epochSteps = "steps_per_epoch" in c ? c.steps_per_epoch : 7; // the others change by the epoch only
    const rate = (epoch: number, step: number) =>
      learningRate(schedule, epoch * epochSteps + step, epochSteps, c.epochs);
    const compare = (path: string, actual: number[], expected: number[]) =>
      compared.array(`${c.name} ${path}`, actual, { shape: [expected.length], data: expected }, 1e-9);
    const epochs = Array.from({ length: c.epochs }, (_, epoch) => epoch);
    if ("rate_of_epoch" in c) {
      compare("rate_of_epoch", epochs.map((epoch) => rate(epoch, 0)), c.rate_of_epoch!);
      compare("rate_of_epoch, last step", epochs.map((epoch) => rate(epoch, epochSteps - 1)), c.rate_of_epoch!);
      return;
    }
    compare("rate_of_first_step", epochs.map((epoch) => rate(epoch, 0)), c.rate_of_first_step);
    compare("rate_of_last_step", epochs.map((epoch) => rate(epoch, epochSteps - 1)), c.rate_of_last_step);
    const { shape: [firstEpochs, steps], data } = c.rate_of_steps_in_first_epochs;
    const all = Array.from({ length: firstEpochs * steps }, (_, i) => rate(Math.floor(i / steps), i % steps));
    compare("rate_of_steps_in_first_epochs", all, data);
  });
}

Deno.test("golden optim.json was compared", () => compared.report());

function scheduleOf(c: ScheduleCase): Schedule {
  const warmup = "warmup_epochs" in c ? c.warmup_epochs : undefined;
  if ("milestones" in c) {
    return { kind: "multi-step", rate: c.base, milestones: c.milestones!, decay: c.decay, warmup };
  }
  return {
    kind: "cosine",
    rate: c.base,
    floor: c.floor,
    restarts: c.restarts,
    warmup: warmup === undefined
      ? undefined
      : { epochs: warmup, place: c.name.endsWith("warmup_before") ? "before" : "inside" },
  };
}
