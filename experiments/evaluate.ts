/**
 * Evaluates a trained cell of any table, or anybody's weights, by open set scores.
 *
 *     deno task evaluate runs/priors.quick/softmax.trial0.seed0.1a2b3c4d --scores all
 *     deno task evaluate --weights net.safetensors --dataset tiny-imagenet --trial 0 --data-dir DIR
 */
import { evaluate } from "../lib/experiment/evaluate.ts";
import { experiments } from "./all.ts";

if (import.meta.main) await evaluate(experiments, Deno.args);
