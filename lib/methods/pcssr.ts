/**
 * PCSSR, class-specific semantic reconstruction (Huang et al., TPAMI 2023; model "pcssr" in `methods/cssr.py`).
 *
 * Each class has an auto-encoder (`auto_encoders.ts`), and a cell of the feature map belongs to the class that
 * reconstructs it best. Classes are judged cell by cell; an image's probability is the mean over its cells.
 *
 *     logit_k(cell) = -0.1 error_k(cell)        p_k = mean over cells of softmax_k        loss = -log p_y
 */
import { operation, type } from "../engine/operation.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor3D } from "../engine/tensors.ts";
import {
  cellLogits,
  cellMagnitude,
  drawAutoEncoders,
  GAMMA,
  logMeanProbability,
  ownCellLogits,
} from "./auto_encoders.ts";
import { crossEntropy, type Method, method } from "./method.ts";

/** The method. Its logits are log p_k. */
export const pcssr: Method = method({
  name: "pcssr",

  init: drawAutoEncoders,

  logits: (params, { map }) => logMeanProbability(cellLogits(params, map, -1)), // [B, K]

  loss: (_, { logits, target }) => crossEntropy(logits, target),

  /**
   * What the class's auto-encoder explains of each cell, 0.1 (|f| - error), |f| summed over the channels as the error is.
   * By the logit alone the faintest cells would win, of which little can be left.
   */
  evidence: (params, map, label) =>
    tf.add(ownCellLogits(params, map, label, -1), tf.mul(cellMagnitude(map), GAMMA * map.shape[3])), // [B, h, w]

  score: "cssr",

  /** The logit for each unit of magnitude, squared: what is left of a faint cell weighs more (`R[0]/R[1]/R[1]`). */
  cellScore: (params, map, label) => {
    const magnitude = cellMagnitude(map);
    return over(over(ownCellLogits(params, map, label, -1), magnitude), magnitude); // [B, h, w]
  },
});

/** a / b, and 0 for a cell without magnitude, of which nothing is left either. */
function over(a: Tensor, b: Tensor): Tensor3D {
  return operation("DivNoNan", [a, b], { T: type("float32") })[0] as Tensor3D;
}
