/**
 * A trained network from a safetensors file: a checkpoint of this project, or a PyTorch state dictionary under the names
 * of the published code (`lib/backbones/pytorch.ts`). And the other way round, a checkpoint in PyTorch's names.
 *
 * A PyTorch file's metadata may say `architecture`, `method`, `side`, and `mean` and `std` as lists of three numbers.
 */
import type { Backbone } from "../backbones/backbone.ts";
import { type ColourNormalisation, normalised } from "../backbones/normalised.ts";
import { type BackboneArrays, found, fromPytorch, pytorchName, taken, toPytorch } from "../backbones/pytorch.ts";
import { BACKBONE_NAMES, type BackboneName, backboneOf } from "../backbones/table.ts";
import type { HostArray } from "../engine/host_array.ts";
import { stream } from "../engine/streams.ts";
import { leavesOf, mapTree } from "../engine/tree.ts";
import { readBytes } from "../files/read.ts";
import { decodeSafetensors, type NamedArray, openSealedSafetensors, type Safetensors } from "../files/safetensors.ts";
import { UserError } from "../files/user_error.ts";
import type { Method } from "../methods/method.ts";
import { CHECKPOINT_FORMAT } from "../training/checkpoint.ts";
import { describedIn } from "./about.ts";

/** What the caller says of a file, instead of its metadata. */
export interface WeightsOptions {
  /** The network. */
  backbone?: string;
  /** What judges its features. */
  method?: string;
  /** Subtracted from red, green and blue in [0, 1]. */
  mean?: readonly number[];
  /** Divides them. */
  std?: readonly number[];
}

/** A network, not yet on the engine. */
export interface Weights {
  /** Its backbone's name. */
  name: BackboneName;
  /** Its backbone, for images in [0, 1]. */
  backbone: Backbone;
  /** What each colour is normalised by, as `backbone` does. */
  normalisation: ColourNormalisation;
  /** What judges the features. */
  method: Method;
  /** Number of known classes. */
  classes: number;
  /** Pixels along a side of the images that it was trained on; undefined if the file does not tell. */
  side?: number;
  /** What it has learnt. */
  network: {
    /** What the optimiser moved. */
    params: { backbone: BackboneArrays["params"]; method: Record<string, HostArray> };
    /** Running statistics. */
    state: BackboneArrays["state"];
  };
}

/**
 * Reads a network.
 *
 * @param methods the methods that a file may name
 * @throws {UserError} if the file is damaged, of no network that is known here, or does not say how images are normalised
 */
export async function readWeights(
  path: string,
  methods: readonly Method[],
  options: WeightsOptions = {},
): Promise<Weights> {
  const bytes = await readBytes(path);
  const file = decodeSafetensors(bytes, path);
  if (file.metadata.format !== CHECKPOINT_FORMAT) return ofPytorch(path, file, methods, options);
  return ofCheckpoint(path, openSealedSafetensors(bytes, path), methods);
}

/** A network's arrays under PyTorch's names and in its layout, with the metadata that {@linkcode readWeights} asks for. */
export function pytorchFile(
  { name, method, network: { params, state }, normalisation, classes, side }: Weights,
): { arrays: Map<string, NamedArray>; metadata: Record<string, string> } {
  const arrays = toPytorch(name, { params: params.backbone, state });
  for (const [array, { shape, data }] of Object.entries(params.method)) {
    arrays.set(headName(method, array), { dtype: "F32", shape, data });
  }
  const { mean, deviation } = normalisation;
  return {
    arrays,
    metadata: {
      architecture: name,
      method: method.name,
      classes: String(classes),
      ...(side !== undefined && { side: String(side) }),
      mean: JSON.stringify(mean),
      std: JSON.stringify(deviation),
    },
  };
}

/** What an array of a method is called in a PyTorch file: the linear layer as in ARPL's networks, others after the method. */
function headName({ name }: Method, array: string): string {
  return ["softmax", "linear"].includes(name) ? `fc.${array}` : `${name}.${array}`;
}

function ofCheckpoint(path: string, { arrays, metadata }: Safetensors, methods: readonly Method[]): Weights {
  const run = describedIn(JSON.parse(metadata.run));
  if (run === null) {
    throw new UserError(`${path}: this checkpoint does not say on what it was trained. Train the cell again.`);
  }
  const { about: { method: called, split, side }, recipe: { backbone: { name, width }, normalisation } } = run;
  const method = methodNamed(called, methods, path);
  const { form, channels } = formOf(name, width);
  const classes = split.known.length;
  const stored = (prefix: string) => (leaf: { shape: readonly number[] }, at: string): HostArray => {
    const array = arrays.get(`network.${prefix}${at}`);
    if (array?.shape.join() !== leaf.shape.join()) {
      throw new UserError(`${path}: ${prefix}${at} is [${array?.shape ?? "not there"}], expected [${leaf.shape}].`);
    }
    return { shape: array.shape, data: array.data as Float32Array };
  };
  const colour = (value: number) => [value, value, value];
  return assembled(name, width, method, classes, {
    side,
    normalisation: { mean: colour(normalisation.mean), deviation: colour(normalisation.deviation) },
    network: {
      params: {
        backbone: mapTree(form.params, stored("params.backbone.")) as BackboneArrays["params"],
        method: mapTree(method.init({ classes, channels }, stream(0, "form")), stored("params.method.")),
      },
      state: mapTree(form.state, stored("state.")) as BackboneArrays["state"],
    },
  });
}

function ofPytorch(path: string, file: Safetensors, methods: readonly Method[], options: WeightsOptions): Weights {
  const { metadata } = file;
  const arrays = new Map(file.arrays);
  const name = backboneIn(path, arrays, options.backbone ?? metadata.architecture);
  const stem = stemOf(name);
  const width = found(arrays, stem.array, path).shape[0] / stem.channels;
  const method = methodNamed(options.method ?? metadata.method ?? "softmax", methods, path);
  const normalisation = {
    mean: colours(path, "mean", options.mean ?? metadata.mean),
    deviation: colours(path, "std", options.std ?? metadata.std),
  };
  const { form, channels } = formOf(name, width);
  const { params, state } = fromPytorch(name, arrays, form, path);
  const first = Object.keys(method.init({ classes: 2, channels }, stream(0, "form")))[0];
  const head = headName(method, first);
  const classes = arrays.get(head)?.shape[0];
  if (classes === undefined) {
    throw new UserError(`${path}: ${head}, of the method ${method.name}, is missing. Name another by --method.`);
  }
  const ofMethod = mapTree(
    method.init({ classes, channels }, stream(0, "form")),
    (leaf, array) => taken(arrays, headName(method, array), leaf.shape, path),
  );
  const rest = [...arrays.keys()].filter((name) => !UNUSED.some((pattern) => pattern.test(name)));
  if (rest.length > 0) {
    throw new UserError(
      `${path}: ${rest.slice(0, 5).join(", ")}${rest.length > 5 ? ", ..." : ""}: the network ${name} with the method ` +
        `${method.name} has no such arrays. Name others by --backbone and --method.`,
    );
  }
  return assembled(name, width, method, classes, {
    side: sideIn(path, metadata.side),
    normalisation,
    network: { params: { backbone: params, method: ofMethod }, state },
  });
}

/** What the published code saves and never uses: counters, and normalisations that no image goes through. */
const UNUSED = [/\.num_batches_tracked$/, /^bn10\./, /^block[23]\.layer\.0\.bn1\./];

function assembled(
  name: BackboneName,
  width: number,
  method: Method,
  classes: number,
  { side, normalisation, network }: Pick<Weights, "side" | "normalisation" | "network">,
): Weights {
  const backbone = normalised(backboneOf({ name, width }), normalisation);
  return { name, backbone, normalisation, method, classes, side, network };
}

/** Trees of the form that a backbone's arrays have. */
function formOf(name: BackboneName, width: number): { form: BackboneArrays; channels: number } {
  const backbone = backboneOf({ name, width });
  return { form: backbone.init(stream(0, "form")), channels: backbone.channels };
}

const NARROW = 1 / 16;

/** PyTorch's name of a backbone's first kernel, and how many channels it gives at full width. */
function stemOf(name: BackboneName): { array: string; channels: number } {
  const { params } = formOf(name, NARROW).form;
  const [layer, { kernel }] = Object.entries(params)[0];
  return { array: pytorchName(name, layer, "kernel"), channels: kernel.shape[3] / NARROW };
}

/** The backbone of a PyTorch file: the one named, or the only one whose arrays are all there. */
function backboneIn(path: string, arrays: ReadonlyMap<string, unknown>, named: string | undefined): BackboneName {
  if (named !== undefined) {
    if (BACKBONE_NAMES.includes(named as BackboneName)) return named as BackboneName;
    throw new UserError(`${path}: there is no backbone ${named}. Choose one of ${BACKBONE_NAMES.join(", ")}.`);
  }
  const fits = BACKBONE_NAMES.filter((name) => {
    const places = leavesOf(formOf(name, NARROW).form).keys().map((at) => /^\w+\.(.*)\.(\w+)$/.exec(at)!);
    return places.every(([, layer, array]) => arrays.has(pytorchName(name, layer, array)));
  });
  if (fits.length === 1) return fits[0];
  throw new UserError(
    `${path}: these are no arrays of ${BACKBONE_NAMES.join(", ")} under the names of their published code (${
      [...arrays.keys()].slice(0, 3).join(", ")
    }, ...). Rename them, or name the network by --backbone.`,
  );
}

function methodNamed(name: string, methods: readonly Method[], path: string): Method {
  const method = methods.find((method) => method.name === name);
  if (method !== undefined) return method;
  throw new UserError(
    `${path}: there is no method ${name}. Choose one of ${methods.map(({ name }) => name).join(", ")} by --method.`,
  );
}

function sideIn(path: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new UserError(`${path}: its side is ${given}. Store a whole number of pixels, or leave it out.`);
}

function colours(path: string, what: "mean" | "std", given: string | readonly number[] | undefined): number[] {
  let list: unknown = given;
  try {
    if (typeof given === "string") list = JSON.parse(given.replaceAll("(", "[").replaceAll(")", "]"));
  } catch {
    // no list, as is said below
  }
  const fits = Array.isArray(list) && list.length === 3 && list.every((value) => Number.isFinite(value));
  if (fits && !(what === "std" && (list as number[]).some((value) => value <= 0))) return list as number[];
  throw new UserError(
    `${path}: ${
      given === undefined ? `does not say its ${what}` : `${what} is ${given}`
    }. Give --${what} R,G,B, three ` +
      `numbers of pixels in [0, 1]${
        what === "std" ? ", above 0" : ""
      }; --mean 0,0,0 --std 1,1,1 for pixels as they are.`,
  );
}
