/**
 * Checks of what a method's functions return, for whoever writes one. They run in JavaScript, that is while a step is
 * traced, so they cost a trained step nothing; and they say which method, which function, and which shape was expected,
 * where TensorFlow would name an operation in the midst of the gradients.
 */
import { type HostArray, normal } from "../engine/host_array.ts";
import { stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../engine/tensors.ts";
import { mapTree } from "../engine/tree.ts";
import { calling } from "../files/own_code.ts";
import { UserError } from "../files/user_error.ts";
import { type Method, METHOD_SCORES, targetOf } from "./method.ts";

/**
 * Checks the definitions of the methods that a table lists.
 *
 * @throws {UserError} if two have one name, or one lacks a function, or has a name or score that nothing can be done with
 */
export function checkMethods(methods: readonly Method[]): void {
  for (const [at, { name, score, ...functions }] of methods.entries()) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new UserError(
        `Method "${name}": a name has small letters, digits and _, and begins with a letter; it stands in file names.`,
      );
    }
    if (methods.findIndex((other) => other.name === name) < at) {
      throw new UserError(`Two methods are called ${name}. Give one of them another name.`);
    }
    for (const what of ["init", "logits", "loss", "evidence"] as const) {
      if (typeof functions[what] !== "function") throw new UserError(`Method ${name}: ${what} is not there.`);
    }
    if (!METHOD_SCORES.includes(score)) {
      throw new UserError(`Method ${name}: there is no score ${score}. Choose one of ${METHOD_SCORES.join(", ")}.`);
    }
  }
}

/**
 * Runs a method's functions once on made-up features, so that mistakes end a run before its first step, and those in
 * what only the evaluation calls do not wait for it.
 *
 * @param method as {@linkcode checked} gives it
 * @param classes number of known classes
 * @param channels length of a feature
 * @param options numbers of its loss that are not as published
 * @throws {UserError} as the functions do, or if one gives NaN
 */
export function rehearse(method: Method, classes: number, channels: number, options?: Record<string, number>): void {
  const random = stream(0, "rehearsal");
  const { data } = normal(random, [2, 4, 4, channels], 1);
  tf.tidy(() => {
    const map = tf.abs(tf.tensor4d(data, [2, 4, 4, channels])); // some backbones end in a ReLU
    const feature = tf.mean(map, [1, 2]) as Tensor2D;
    const label = tf.tensor1d([0, classes - 1], "int32");
    const params = mapTree(method.init({ classes, channels }, random), (leaf) => {
      const { data, shape } = leaf as HostArray;
      return tf.tensor(data, shape);
    }) as Record<string, Tensor>;
    const logits = finite(method, "logits", method.logits(params, { map, feature }));
    const judged = { map, feature, logits, label, target: targetOf(label, classes) };
    finite(method, "loss", method.loss(params, judged, options));
    finite(method, "evidence", method.evidence(params, map, label));
    if (method.cellScore) finite(method, "cellScore", method.cellScore(params, map, label));
  });
}

function finite<T extends Tensor>({ name }: Method, what: string, tensor: T): T {
  if (!tensor.dataSync().some(Number.isNaN)) return tensor;
  throw new UserError(
    `Method ${name}: ${what} gives NaN for made-up features, which are finite and not negative. Look in ${what} for a ` +
      "division by zero, or the root or logarithm of a number that may be negative.",
  );
}

/**
 * The same method, whose functions refuse to return what training and evaluation cannot use.
 *
 * @param classes number of known classes
 * @throws {UserError} from the functions: if `init` gives something else than arrays of finite numbers, `logits` not
 * float32 `[batch, classes]`, `loss` no scalar, or `evidence` or `cellScore` not one number for each cell of the map; if
 * they ask for a parameter that `init` does not give, or fail; or if `loss` does not know an option that a recipe names
 */
export function checked(method: Method, classes: number): Method {
  const call = <T>(what: string, work: () => T): T => calling(`Method ${method.name}: ${what}`, work);
  const given = (params: Record<string, Tensor>) => known(`Method ${method.name}`, params);
  const ofCells = (what: string, tensor: unknown, map: Tensor4D) =>
    checkShape(`${method.name}: ${what}`, tensor, map.shape.slice(0, 3), "images, rows and columns of the map");
  const { cellScore } = method;
  return {
    ...method,

    init(sizes, random) {
      const params = call("init", () => method.init(sizes, random));
      for (const [name, array] of Object.entries(params)) checkParameter(`${method.name}: parameter ${name}`, array);
      return params;
    },

    logits(params, seen) {
      const logits = call("logits", () => method.logits(given(params), seen));
      checkShape(`${method.name}: logits`, logits, [seen.map.shape[0], classes], "images, known classes");
      return logits;
    },

    loss(params, judged, options) {
      const { watched, unread } = watch(options);
      const loss = call("loss", () => method.loss(given(params), judged, watched));
      checkShape(`${method.name}: loss`, loss, [], "a scalar: take the mean over the batch");
      const [unknown] = unread().filter((name) => name !== "confusion" || method.confusion === undefined);
      if (unknown === undefined) return loss;
      throw new UserError(`Method ${method.name}: the recipe sets ${unknown} of its loss, which has no such option.`);
    },

    evidence(params, map, label) {
      const evidence = call("evidence", () => method.evidence(given(params), map, label));
      ofCells("evidence", evidence, map);
      return evidence;
    },

    ...(cellScore && {
      cellScore(params, map, label) {
        const score = call("cellScore", () => cellScore(given(params), map, label));
        ofCells("cellScore", score, map);
        return score;
      },
    }),
  };
}

/** The parameters, of which none may be asked for that is not there. */
function known(who: string, params: Record<string, Tensor>): Record<string, Tensor> {
  return new Proxy(params, {
    get(target, name) {
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return Reflect.get(target, name);
      const names = Object.keys(target).join(", ") || "none";
      throw new UserError(`${who}: there is no parameter ${name}. Its init gives ${names}.`);
    },
  });
}

/** Options that remember which of them were not read. */
function watch(options: Record<string, number> | undefined) {
  const read = new Set<string | symbol>();
  const watched = options && new Proxy(options, {
    get(target, name) {
      read.add(name);
      return Reflect.get(target, name);
    },
  });
  return { watched, unread: () => Object.keys(options ?? {}).filter((name) => !read.has(name)) };
}

function checkParameter(what: string, array: HostArray): void {
  const { shape, data } = array ?? {};
  if (!Array.isArray(shape) || !(data instanceof Float32Array)) {
    throw new UserError(
      `Method ${what} is no array. Let init return what normal, uniform or constant (lib/engine/host_array.ts) give.`,
    );
  }
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length !== size) {
    throw new UserError(`Method ${what} has ${data.length} numbers, its shape [${shape.join(", ")}] expects ${size}.`);
  }
  if (!data.every(Number.isFinite)) throw new UserError(`Method ${what} starts with NaN or an infinity.`);
}

function checkShape(what: string, tensor: unknown, shape: number[], meaning: string): void {
  const expected = `expected float32 [${shape.join(", ")}] (${meaning})`;
  if (!(tensor instanceof tf.Tensor)) {
    throw new UserError(`Method ${what} returned ${tensor === null ? "null" : typeof tensor}, ${expected}.`);
  }
  const fits = tensor.rank === shape.length && shape.every((n, axis) => n === tensor.shape[axis]);
  if (fits && tensor.dtype === "float32") return;
  throw new UserError(`Method ${what} returned ${tensor.dtype} [${tensor.shape.join(", ")}], ${expected}.`);
}
