/**
 * RCSSR, reciprocal class-specific semantic reconstruction (Huang et al., TPAMI 2023; model "rcssr" in
 * `methods/cssr.py`).
 *
 * As in PCSSR each class has an auto-encoder (`auto_encoders.ts`), but here it learns what is *not* of the class, as a
 * reciprocal point does: a cell belongs to the class that reconstructs it worst.
 *
 *     logit_k(cell) = 0.1 error_k(cell)        p_k = mean over cells of softmax_k        loss = -log p_y
 */
import { cellLogits, drawAutoEncoders, logMeanProbability, ownCellLogits } from "./auto_encoders.ts";
import { crossEntropy, type Method, method } from "./method.ts";

/** The method. Its logits are log p_k. */
export const rcssr: Method = method({
  name: "rcssr",

  init: drawAutoEncoders,

  logits: (params, { map }) => logMeanProbability(cellLogits(params, map, 1)), // [B, K]

  loss: (_, { logits, target }) => crossEntropy(logits, target),

  /** The class's logit: how much its auto-encoder leaves of each cell. */
  evidence: (params, map, label) => ownCellLogits(params, map, label, 1), // [B, h, w]

  score: "cssr",

  /** The logit (`R[0]`). */
  cellScore: (params, map, label) => ownCellLogits(params, map, label, 1), // [B, h, w]
});
