/** Where published weights, what PyTorch computed with them, and TinyImageNet's images lie, if they are here. */

/** One trial of `truth.json`. */
export interface Truth {
  /** Number of the split. */
  trial: number;
  /** Figures by the largest logit. */
  max_logit: Record<"acc" | "auroc" | "aupr_in" | "aupr_out" | "fpr_at_95_tpr" | "dtacc" | "oscr", number>;
  /** Figures by the largest probability. */
  max_softmax: Truth["max_logit"];
  /** Logits of `val_0.JPEG`, `[20]`. */
  logits_val_0: number[];
}

const shared = new URL("../../../shared/", import.meta.url).pathname;
const folder = Deno.env.get("WEIGHTS") ?? `${shared}weights`;
const dataDir = Deno.env.get("DATA") ?? `${shared}data`;

/** Paths and truth; null where the files are not. */
export const PUBLISHED = await Promise.all([
  Deno.readTextFile(`${folder}/truth.json`),
  Deno.stat(`${dataDir}/tiny-imagenet-200.zip`),
]).then(
  ([text]) => ({
    weights: (trial: number) => `${folder}/tinyimagenet-trial${trial}.safetensors`,
    dataDir,
    truth: JSON.parse(text) as Truth[],
  }),
  () => null,
);
