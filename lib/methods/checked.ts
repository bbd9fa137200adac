/**
 * Checks of what a method's functions return, for whoever writes one. They run in JavaScript, that is while a step is
 * traced, so they cost a trained step nothing; and they say which method, which function, and which shape was expected,
 * where TensorFlow would name an operation in the midst of the gradients.
 */
import type { HostArray } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import { UserError } from "../files/user_error.ts";
import type { Method } from "./method.ts";

/**
 * The same method, whose functions refuse to return what training and evaluation cannot use.
 *
 * @param classes number of known classes
 * @throws {UserError} from the functions: if `init` gives something else than arrays of finite numbers, `logits` not
 * float32 `[batch, classes]`, `loss` no scalar, or `evidence` not one number for each cell of the map
 */
export function checked(method: Method, classes: number): Method {
  return {
    ...method,

    init(sizes, random) {
      const params = method.init(sizes, random);
      for (const [name, array] of Object.entries(params)) checkParameter(`${method.name}: parameter ${name}`, array);
      return params;
    },

    logits(params, seen) {
      const logits = method.logits(params, seen);
      checkShape(`${method.name}: logits`, logits, [seen.map.shape[0], classes], "images, known classes");
      return logits;
    },

    loss(params, judged, options) {
      const loss = method.loss(params, judged, options);
      checkShape(`${method.name}: loss`, loss, [], "a scalar: take the mean over the batch");
      return loss;
    },

    evidence(params, map, label) {
      const evidence = method.evidence(params, map, label);
      checkShape(`${method.name}: evidence`, evidence, map.shape.slice(0, 3), "images, rows and columns of the map");
      return evidence;
    },
  };
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
