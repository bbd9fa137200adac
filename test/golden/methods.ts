/** Our methods by the reference's names, and what its losses hand back for scoring. */
import { tf } from "../../lib/engine/tensorflow.ts";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { arpl } from "../../lib/methods/arpl.ts";
import { gcpl } from "../../lib/methods/gcpl.ts";
import type { Method, Seen } from "../../lib/methods/method.ts";
import { rpl } from "../../lib/methods/rpl.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { arrayOf, type GoldenArray } from "./golden.ts";

/** By `loss_name` of the golden files. */
export const METHODS: Record<string, Method> = { Softmax: softmax, GCPLoss: gcpl, RPLoss: rpl, ARPLoss: arpl };

/** What our methods call the reference's points; Softmax has none. */
export const POINTS: Record<string, string | undefined> = {
  GCPLoss: "prototypes",
  RPLoss: "points",
  ARPLoss: "points",
};

/** A method's parameters: points and radius where it has them, else the weight of the linear layer. */
export function learnedParameters(
  lossName: string,
  given: { weight: HostArray; points: GoldenArray; radius?: number },
): Record<string, HostArray> {
  const points = POINTS[lossName];
  if (points === undefined) return { weight: given.weight };
  const radius = given.radius !== undefined && { radius: { shape: [1], data: Float32Array.of(given.radius) } };
  return { [points]: hostArray(given.points), ...radius };
}

/** What the reference's loss hands back: probabilities where the largest is the score, else the logits. */
export function handedBack(method: Method, logits: tf.Tensor2D): tf.Tensor2D {
  return method.score === "maxProbability" ? tf.softmax(logits) : logits;
}

/** A feature as the mean of a map of one cell. */
export function seenOf(feature: tf.Tensor2D): Seen {
  const [batch, channels] = feature.shape;
  return { feature, map: tf.reshape(feature, [batch, 1, 1, channels]) };
}

/** A golden array as our functions take it. */
export function hostArray(array: GoldenArray): HostArray {
  return { shape: array.shape, data: Float32Array.from(arrayOf(array)) };
}
