/** The scores by the names that command lines and result files give them. To add one is to add its line. */
import { UserError } from "../../files/user_error.ts";
import type { Method } from "../../methods/method.ts";
import { cssr } from "./cssr.ts";
import { featureMagnitude } from "./feature_magnitude.ts";
import { knn } from "./knn.ts";
import { energy, maxLogit, maxProbability } from "./logits.ts";
import type { Score } from "./score.ts";
import { vim } from "./vim.ts";

/** All of them, in the order of tables. */
export const SCORES: readonly Score[] = [maxLogit, maxProbability, energy, featureMagnitude, knn, vim, cssr];

/** What a method's published score is called in {@linkcode SCORES}. */
export const PUBLISHED: Readonly<Record<Method["score"], Score>> = { maxLogit, maxProbability, cssr };

/** What `--scores` says: names with commas between, "all" if that is one of them. */
export function parseScores(given: string | undefined, byDefault: readonly string[]): "all" | readonly string[] {
  const names = given?.split(",").map((name) => name.trim()) ?? byDefault;
  return names.includes("all") ? "all" : names;
}

/**
 * The scores of some names, in the order of the table.
 *
 * @param names "all" for all that the method's networks have
 * @throws {UserError} if there is no such score, or it does not suit the method; if two scores have one name
 */
export function scoresNamed(names: "all" | readonly string[], method: Method): Score[] {
  const twice = SCORES.find(({ name }, at) => SCORES.findIndex((other) => other.name === name) < at);
  if (twice) throw new UserError(`Two scores are called ${twice.name}. Give one of them another name.`);
  const suitable = SCORES.filter((score) => score.suits(method));
  if (names === "all") return suitable;
  const choice = suitable.map(({ name }) => name).join(", ");
  for (const name of names) {
    if (suitable.some((score) => score.name === name)) continue;
    const known = SCORES.some((score) => score.name === name);
    const what = known ? `the score ${name} does not suit the method ${method.name}` : `no such score: ${name}`;
    throw new UserError(`--scores: ${what}. Choose among ${choice}, or all.`);
  }
  return suitable.filter(({ name }) => names.includes(name));
}
