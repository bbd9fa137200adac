/**
 * Linear, the plain classifier that CSSR compares with: a linear layer without bias in each cell of the feature map
 * (Huang et al., TPAMI 2023; `LinearClassifier` in `methods/cssr.py`, order "avg_softmax").
 *
 *     logit_k = mean over cells of w_k . cell        loss = CE(logit, y)
 *
 * The mean of a linear layer is the layer of the mean, so this is Softmax by the name that it has in CSSR's tables, and
 * the score is the same too (`R[4]` there).
 */
import type { Method } from "./method.ts";
import { softmax } from "./softmax.ts";

/** The method. */
export const linear: Method = { ...softmax, name: "linear" };
