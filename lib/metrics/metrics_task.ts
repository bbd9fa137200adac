/**
 * `deno task metrics KNOWN.npy UNKNOWN.npy`: the figures of open set recognition for scores from any framework.
 */
import { decodeNpy } from "../files/npy.ts";
import { readBytes } from "../files/read.ts";
import { runTask } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { measure } from "./bootstrap.ts";
import { metricTitles, type OpenSetMetrics } from "./open_set_metrics.ts";
import { checkScores, type ScoredSides } from "./scores.ts";

const HELP = `Figures of open set recognition for scores from any framework, with 95 % bootstrap intervals.

Usage: deno task metrics KNOWN.npy UNKNOWN.npy [options]

KNOWN.npy and UNKNOWN.npy hold one score an image (numpy.save), higher = more likely known. That gives AUROC, AUPR-in,
AUPR-out, FPR@TPR95, TNR@TPR95 and DTACC. With true and predicted classes (whole numbers from 0), all three files, come
ACC, OSCR and macro-F1 too.

  --known-label FILE   true classes of the known images, .npy
  --known-pred FILE    predicted classes of the known images, .npy
  --unknown-pred FILE  predicted classes of the unknown images, .npy
  --resamples N        bootstrap resamples, 100 or more; default 1000
  --json               print JSON instead of a table
  --help               this text

Takes a few seconds for 10,000 images, some seven minutes for a million of each side. Writes nothing.`;

const LABEL_FILES = ["known-label", "known-pred", "unknown-pred"] as const;

/**
 * The text that the task prints for a command line.
 *
 * @throws {UserError} if an option is wrong, or a file cannot be read or does not hold what it should
 */
export async function metricsReport(args: readonly string[]): Promise<string> {
  const given = taskArguments(args, {
    task: "metrics",
    valued: [...LABEL_FILES, "resamples"],
    flags: ["json"],
    paths: { count: 2, called: "files of scores" },
  });
  if (given === null) return HELP;
  const { values, flags: { json }, paths } = given;
  const resamples = wholeNumber("resamples", values.resamples, 100) ?? 1000;

  const [known, unknown] = await Promise.all(paths.map(readScores));
  const classes = await readClasses(LABEL_FILES.map((name) => values[name]), { known, unknown });
  const measured = measure({ known, unknown, ...classes }, { seed: 0, resamples });

  const counts = { known: known.length, unknown: unknown.length, level: 0.95, resamples };
  const rows = (Object.entries(measured) as [keyof OpenSetMetrics, typeof measured.auroc][])
    .map(([name, { value, low, high }]) => ({ name, value, low, high }));
  if (json) {
    const metrics = Object.fromEntries(rows.map(({ name, value, low, high }) => [name, { value, low, high }]));
    return JSON.stringify({ ...counts, metrics }, null, 2);
  }
  return [
    `${"".padEnd(12)}${"value".padStart(8)}  95 % interval`,
    ...rows.map(({ name, value, low, high }) =>
      `${metricTitles[name].padEnd(12)}${value.toFixed(4).padStart(8)}  ${low.toFixed(4)} to ${high.toFixed(4)}`
    ),
    `${counts.known} known and ${counts.unknown} unknown images; intervals from ${resamples} bootstrap resamples.`,
  ].join("\n");
}

/** The three files of classes, read and checked; nothing where none is given. */
async function readClasses(paths: readonly (string | undefined)[], { known, unknown }: ScoredSides) {
  const missing = LABEL_FILES.filter((_, i) => paths[i] === undefined);
  if (missing.length === paths.length) return {};
  if (missing.length > 0) throw new UserError(`--${missing[0]} is missing: classes need all three files.`);

  const sizes = [known.length, known.length, unknown.length];
  const read = await Promise.all(paths.map((path, i) => readLabels(path!, sizes[i])));
  const [knownLabel, knownPredicted, unknownPredicted] = read;
  const classes = 1 + read.reduce((most, labels) => labels.reduce((a, b) => Math.max(a, b), most), 0);
  return { knownLabel, knownPredicted, unknownPredicted, classes };
}

async function readScores(path: string): Promise<Float64Array> {
  const scores = await readNumbers(path);
  try {
    checkScores(scores, path);
  } catch (error) {
    throw error instanceof RangeError ? new UserError(`${error.message}. Give one number an image.`) : error;
  }
  return scores;
}

async function readLabels(path: string, length: number): Promise<Int32Array> {
  const labels = await readNumbers(path);
  if (labels.length !== length) {
    throw new UserError(`${path}: ${labels.length} classes for ${length} scores. Give one class an image.`);
  }
  const wrong = labels.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < 2 ** 16));
  if (wrong >= 0) {
    throw new UserError(`${path}: class ${labels[wrong]} at index ${wrong}. Give whole numbers from 0 to 65535.`);
  }
  return Int32Array.from(labels);
}

/** A one-dimensional array of any number type. */
async function readNumbers(path: string): Promise<Float64Array> {
  const bytes = await readBytes(path);
  const { shape, data } = decodeNpy(bytes, path);
  if (shape.length !== 1) {
    throw new UserError(
      `${path}: shape (${shape.join(", ")}), expected one axis. Save array.ravel() of one number an image.`,
    );
  }
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

if (import.meta.main) await runTask(async () => console.log(await metricsReport(Deno.args)));
