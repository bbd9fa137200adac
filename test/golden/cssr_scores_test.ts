/** The open set scores of Linear, PCSSR and RCSSR, with all their parts, against CSSR's own test routine. */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import type { Shown } from "../../lib/evaluation/evaluator.ts";
import { logitScores } from "../../lib/evaluation/logit_scores.ts";
import {
  collecting,
  combined,
  judging,
  noSums,
  prototypeResponse,
  spreadOf,
  type Statistics,
  statisticsOf,
  type Sums,
} from "../../lib/evaluation/scores/cssr.ts";
import { cellMagnitude } from "../../lib/methods/auto_encoders.ts";
import type { Method } from "../../lib/methods/method.ts";
import { toTensors } from "../../lib/training/step.ts";
import { arrayOf, Comparison, golden, type GoldenArray } from "./golden.ts";
import { headParameters, HEADS, type HeadsFile, ownLogitsOf } from "./heads.ts";
import { hostArray } from "./methods.ts";

const file = await golden<HeadsFile>("heads_cssr");
const compared = new Comparison("heads_cssr.json, scores");
const TOLERANCE = 1e-4;
await startTensorFlow();

for (const head of file.heads) {
  const { name } = head;
  const published = HEADS[name];
  const byProbability = published.score === "maxProbability";
  // the reference works out all parts for Linear too, with the largest probability as S0
  const method: Method = byProbability ? { ...published, cellScore: published.evidence } : published;

  Deno.test(`${name} meets the reference's open set score and its parts`, () => {
    const statistics = statisticsOf(sumsOver(name, method, file.train_maps, file.train_batches));
    const { grams } = statistics;
    const prototypes = statistics.prototypes as tf.Tensor2D;
    const given = shown(name, file.feature_map);
    const pred = predicted(method, given);
    compared.equal(`${name} train_pred`, predicted(method, shown(name, file.train_maps)).dataSync(), head.train_pred);
    compared.array(`${name} prototypes`, prototypes.dataSync(), head.prototypes, TOLERANCE);
    const diagonal = tf.sum(tf.mul(grams, tf.eye(prototypes.shape[1])), 2).dataSync();
    compared.array(`${name} gram_means_diagonal`, diagonal, head.gram_means_diagonal, TOLERANCE);

    // a habit of the reference that we do not share: with no training image of class 0 it leaves R2 and R3 at 0
    const counted = arrayOf(head.train_pred).includes(0);
    if (!counted) console.log(`${name}: no training image is predicted as class 0, so R2 and R3 are not compared`);
    const judge = jit((given: Shown, known: Statistics<tf.Tensor>) => judging(method)(given, known).rows!);
    const partsOf = (given: Shown) => {
      const parts = judge(given, statistics).dataSync() as Float32Array; // [N, 3]
      const probability = largestProbability(method, given);
      return parts.map((value, i) =>
        i % 3 === 0 && byProbability ? probability[Math.floor(i / 3)] : i % 3 > 0 && !counted ? 0 : value
      );
    };
    const parts = partsOf(given);

    compared.array(`${name} R0`, ownLogitsOf(name, given.params, given.map, pred).dataSync(), head.R0, TOLERANCE);
    compared.array(`${name} R1`, cellMagnitude(given.map).dataSync(), head.R1, TOLERANCE);
    if (counted) {
      const response = prototypeResponse(given.map, tf.gather(prototypes, pred)).dataSync();
      compared.array(`${name} R2`, response, head.R2, TOLERANCE);
      compared.array(`${name} R3`, parts.filter((_, i) => i % 3 === 2), head.R3, TOLERANCE);
    }
    compared.array(`${name} R4`, largestProbability(method, given), head.R4, TOLERANCE);
    for (const part of [0, 1, 2]) {
      const golden = arrayOf(head.S).filter((_, i) => i % 3 === part);
      const wanted = { shape: [golden.length], data: [...golden] };
      compared.array(`${name} S${part}`, parts.filter((_, i) => i % 3 === part), wanted, TOLERANCE);
    }

    const spread = spreadOf(partsOf(shown(name, file.statistics_maps)));
    spread.mean.forEach((mean, part) => {
      const [goldenMean, deviation] = [head.S_statistics_mean, head.S_statistics_std].map((all) => arrayOf(all)[part]);
      compared.scalar(`${name} S_statistics_mean ${part}`, mean, goldenMean, TOLERANCE);
      compared.scalar(`${name} S_statistics_std ${part}`, spread.deviation[part], deviation, TOLERANCE);
    });
    const final = byProbability ? largestProbability(method, given) : combined(parts, spread);
    compared.array(`${name} final_score`, final, head.final_score, TOLERANCE);
  });
}

Deno.test("golden heads_cssr.json was compared, scores", () => compared.report());

/** Maps as the evaluator shows them to a pass. */
function shown(name: string, array: GoldenArray, from = 0, size = array.shape[0]): Shown {
  const params = toTensors(headParameters(name, file));
  const map = tf.slice(tf.tensor(hostArray(array).data, array.shape), from, size) as tf.Tensor4D;
  const feature = tf.mean(map, [1, 2]) as tf.Tensor2D;
  return { params, map, feature, label: tf.zeros([size], "int32"), counts: tf.ones([size]) };
}

function sumsOver(name: string, method: Method, maps: GoldenArray, batches: number[]): Sums<tf.Tensor> {
  const collect = jit((given: Shown, sums: Sums<tf.Tensor>) => collecting(method)(given, sums).carried!);
  let sums = noSums(file.classes, maps.shape[3]);
  let from = 0;
  for (const size of batches) {
    sums = collect(shown(name, maps, from, size), sums);
    from += size;
  }
  return sums;
}

function predicted(method: Method, { params, map, feature }: Shown): tf.Tensor1D {
  return tf.argMax(method.logits(params, { map, feature }), 1);
}

function largestProbability(method: Method, { params, map, feature }: Shown): Float64Array {
  const logits = method.logits(params, { map, feature }).dataSync() as Float32Array;
  return logitScores(logits, file.classes).maxProbability;
}
