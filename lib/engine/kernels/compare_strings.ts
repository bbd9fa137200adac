/** Which of two texts comes first; TensorFlow compares numbers only. */
import * as tf from "@tensorflow/tfjs";
import { type Inputs, type Kernel, kernel } from "./kernel.ts";

type Pair = Inputs<"a" | "b">;

const compare = (name: string) =>
  kernel<Pair, object>(name, ({ inputs, usual }) => usual(inputs.a.dtype === "string" ? ranks(inputs) : inputs));

/** The place of each text among all that are compared, which TensorFlow then compares and broadcasts. */
function ranks({ a, b }: Pair): Pair {
  const texts = [a, b].map((tensor) => [...tensor.dataSync<"string">()]);
  const sorted = [...new Set(texts.flat())].sort();
  const rank = new Map(sorted.map((text, i) => [text, i]));
  const [rankA, rankB] = texts.map((side) => side.map((text) => rank.get(text)!));
  return { a: tf.tensor(rankA, a.shape, "int32"), b: tf.tensor(rankB, b.shape, "int32") };
}

/** The four comparisons that have an order. */
export const compareStrings: Kernel[] = [tf.Greater, tf.GreaterEqual, tf.Less, tf.LessEqual].map(compare);
