/**
 * Repeats a cell of a result file from its own record, and says whether the bits agree.
 *
 *     deno task rerun results/priors.quick.json --cell softmax.trial0.seed0.3a07eef6
 */
import { rerun } from "../lib/experiment/rerun.ts";
import { experiments } from "./all.ts";

if (import.meta.main) await rerun(experiments, Deno.args);
