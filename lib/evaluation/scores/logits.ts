/**
 * Scores that logits give, see `../logit_scores.ts`: maximum logit (Vaze et al., ICLR 2022), maximum softmax probability
 * (Hendrycks and Gimpel, ICLR 2017), energy (Liu et al., NeurIPS 2020, temperature 1).
 */
import { logitScores } from "../logit_scores.ts";
import { type Score, score } from "./score.ts";

/** Largest logit. */
export const maxLogit: Score = score({
  name: "max_logit",
  of: ({ logits, classes }) => logitScores(logits, classes).maxLogit,
});

/** Largest softmax probability, in (0, 1]. */
export const maxProbability: Score = score({
  name: "max_probability",
  of: ({ logits, classes }) => logitScores(logits, classes).maxProbability,
});

/**
 * log sum exp of the logits, the negative of what the publication calls energy. Not for PCSSR and RCSSR: their logits are
 * log probabilities, whose energy is 0 for every image, so what is left of it is rounding.
 */
export const energy: Score = {
  ...score({ name: "energy", of: ({ logits, classes }) => logitScores(logits, classes).energy }),
  suits: ({ score }) => score !== "cssr",
};
