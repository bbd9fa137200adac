/**
 * Learning rates: plain data for the recipe, and a pure function of the step's number in float64.
 */

/** How the learning rate goes. Milestones and warm-ups are in epochs. */
export type Schedule =
  /**
   * ARPL's and CSSR's: `rate`, times `decay` for each milestone that is reached. With `warmup` it rises linearly from 0
   * step by step first, as CSSR does for Tiny ImageNet.
   */
  | { kind: "multi-step"; rate: number; milestones: number[]; decay: number; warmup?: number }
  /**
   * Cosine from `rate` to `floor`, begun anew `restarts` times (Loshchilov and Hutter, ICLR 2017); changes by the epoch.
   * A warm-up rises linearly, either over the cosine's first epochs ("inside") or "before" it starts.
   */
  | {
    kind: "cosine";
    rate: number;
    floor: number;
    restarts: number;
    warmup?: { epochs: number; place: "inside" | "before" };
  }
  /**
   * One cycle (Smith and Topin 2019), for short training: linear from 0 to `peak` over the share `rise` of all steps, in
   * (0, 1), then linear back to 0; each step takes the rate at its middle.
   */
  | { kind: "one-cycle"; peak: number; rise: number };

/**
 * The learning rate of a step.
 *
 * @param step the step's number from 0
 * @param epochSteps steps in an epoch
 * @param epochs epochs in all
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { learningRate, type Schedule } from "./schedule.ts";
 * const schedule: Schedule = { kind: "multi-step", rate: 0.1, milestones: [30, 60], decay: 0.1 };
 * assertAlmostEquals(learningRate(schedule, 30 * 468, 468, 100), 0.01); // epoch 30 of 468 steps
 * ```
 */
export function learningRate(schedule: Schedule, step: number, epochSteps: number, epochs: number): number {
  const epoch = Math.floor(step / epochSteps);
  switch (schedule.kind) {
    case "multi-step": {
      const rising = step / (epochSteps * (schedule.warmup ?? 0)); // NaN at the first step without a warm-up
      if (rising < 1) return schedule.rate * rising;
      const reached = schedule.milestones.filter((milestone) => epoch >= milestone).length;
      return schedule.rate * schedule.decay ** reached;
    }
    case "cosine": {
      const { rate, floor, restarts, warmup } = schedule;
      const before = warmup?.place === "before" ? warmup.epochs : 0;
      const period = epochs / (restarts + 1);
      const cosine = (epoch: number) =>
        floor + (rate - floor) * (1 + Math.cos(Math.PI * ((epoch - before) % period) / period)) / 2;
      if (warmup === undefined || epoch >= warmup.epochs) return cosine(epoch);
      const reached = cosine(warmup.epochs);
      return floor + (reached - floor) * (epoch + 1) / warmup.epochs;
    }
    case "one-cycle": {
      const steps = epochSteps * epochs;
      const top = schedule.rise * steps;
      const middle = step + 0.5;
      return schedule.peak * (middle < top ? middle / top : (steps - middle) / (steps - top));
    }
  }
}
