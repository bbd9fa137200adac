/**
 * How a kernel is written here: tfjs's operation in a few lines of TensorFlow's. tfjs-node's own kernels leave out what
 * its addon's TensorFlow did not have; such a kernel stands beside them, or before the one of the same name.
 */
import * as tf from "@tensorflow/tfjs";
import { attributeList, type AttributeValue, type as elementType } from "../attributes.ts";
import { DataType } from "../c_api.ts";
import type { TensorFlowBackend } from "../tensorflow.ts";
import type { Tensor } from "../tensors.ts";

/** A tensor that the operation wants as int64, which tfjs does not have. */
export interface Wide {
  /** The tensor, of int32. */
  wide: Tensor;
}

/** A tensor of int32 that the operation wants as int64. */
export const int64 = (wide: Tensor): Wide => ({ wide });

/** The element type of a tensor as the attribute that most operations have. */
export const typeOf = ({ dtype }: Tensor): AttributeValue => elementType(dtype);

/** Inputs that are one tensor each, by tfjs's names. */
export type Inputs<Names extends string> = Record<Names, Tensor>;

/** What a kernel gets. */
export interface Call<Inputs, Attrs> {
  /** Tensors, or lists of them. */
  inputs: Inputs;
  /** tfjs's attributes. */
  attrs: Attrs;
  /** The backend that runs it. */
  backend: TensorFlowBackend;
  /** Runs an operation of TensorFlow's; results of int64 come back as int32. */
  run(
    name: string,
    inputs: (Tensor | Wide)[],
    attributes: Record<string, AttributeValue>,
    outputs?: number,
  ): Tensor[];
  /** tfjs-node's kernel of the same name. */
  usual(inputs?: Inputs, attrs?: Attrs, backend?: TensorFlowBackend): Tensor;
}

/** One kernel, not registered yet. */
export interface Kernel {
  /** tfjs's name of it. */
  name: string;
  /** What tfjs calls, given what it called before under this name. */
  after(usual?: tf.KernelFunc): tf.KernelFunc;
}

/**
 * Writes a kernel.
 *
 * @param name tfjs's name of it
 * @param body makes the results; all other tensors that it makes are freed
 */
export function kernel<Inputs, Attrs>(
  name: string,
  body: (call: Call<Inputs, Attrs>) => Tensor | Tensor[],
): Kernel {
  return {
    name,
    after: (usual) => ({ inputs, attrs, backend }) => {
      const tensorflow = backend as TensorFlowBackend;
      return tf.tidy(() =>
        body({
          inputs: inputs as Inputs,
          attrs: attrs as Attrs,
          backend: tensorflow,
          run: (...operation) => run(tensorflow, ...operation),
          usual: (i = inputs as Inputs, a = attrs as Attrs, backend = tensorflow) =>
            usual!({ inputs: i as tf.NamedTensorInfoMap, attrs: a as tf.NamedAttrMap, backend }) as Tensor,
        })
      );
    },
  };
}

function run(
  backend: TensorFlowBackend,
  name: string,
  inputs: (Tensor | Wide)[],
  attributes: Record<string, AttributeValue>,
  outputs = 1,
): Tensor[] {
  const { binding } = backend;
  const cast = (id: number, from: "int32" | "int64", to: "int32" | "int64") => {
    const types = [{ name: "SrcT", ...elementType(from) }, { name: "DstT", ...elementType(to) }];
    return binding.executeOp("Cast", types, [id], 1)[0];
  };
  const temporary: number[] = [];
  try {
    const ids = inputs.map((input) => {
      const [id] = backend.getInputTensorIds(["wide" in input ? input.wide : input]);
      if (!("wide" in input)) return id;
      temporary.push(cast(id, "int32", "int64").id);
      return temporary.at(-1)!;
    });
    return binding.executeOp(name, attributeList(attributes), ids, outputs).map((made) => {
      if (made.dtype !== DataType.int64) return backend.createOutputTensor(made);
      temporary.push(made.id);
      return backend.createOutputTensor(cast(made.id, "int64", "int32"));
    });
  } finally {
    temporary.forEach(binding.deleteTensor);
  }
}
