/**
 * The strong baseline: a plain classifier, tuned (Vaze et al., *Open-Set Recognition: a Good Closed-Set Classifier is All
 * You Need*, ICLR 2022; settings of their code, sgvaze/osr_closed_set_all_you_need). 600 epochs, RandAugment, a cosine
 * begun three times, label smoothing where it helped them.
 */
import { type Augmentation, randAugment } from "../lib/augment/augmentation.ts";
import type { Schedule } from "../lib/training/schedule.ts";

/**
 * What the baseline changes in a recipe of classifier32.
 *
 * @param rate learning rate: 0.1, for TinyImageNet 0.01
 * @param magnitude of RandAugment's one operation: CIFAR 6, SVHN 18, TinyImageNet 9
 * @param smoothing of the labels: 0, for TinyImageNet 0.9
 */
export function tuned(rate: number, magnitude: number, smoothing = 0): {
  augmentation: Augmentation;
  schedule: Schedule;
  epochs: number;
  batch: number;
  smoothing?: number;
} {
  return {
    augmentation: randAugment(1, magnitude),
    schedule: { kind: "cosine", rate, floor: rate / 1000, restarts: 2, warmup: { epochs: 10, place: "inside" } },
    epochs: 600,
    batch: 128,
    ...(smoothing > 0 && { smoothing }),
  };
}
