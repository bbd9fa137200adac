/**
 * Convolutions whose padding is numbers, and of images whose channels come first `[B, C, H, W]`: TensorFlow takes the
 * one as an attribute that tfjs-node gives only forward, the other on a CPU not in every operation.
 */
import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "../tensors.ts";
import { ints, text, type } from "../attributes.ts";
import { type Call, type Kernel, kernel } from "./kernel.ts";
import { paddingOf } from "./padding.ts";

type Shape = [number, number, number, number];

/** What the convolutions here have in common; `bias` and `preluActivationWeights` of fused ones. */
type Inputs = { [name in "x" | "filter" | "dy" | "bias" | "preluActivationWeights"]?: Tensor };

interface Attrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  dilations?: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
  /** Not there in depthwise convolutions, whose channels come last. */
  dataFormat?: "NHWC" | "NCHW";
  /** Of the gradient to the images. */
  inputShape?: Shape;
  /** Of the gradient to the filter. */
  filterShape?: Shape;
}

type Convolution = Call<Inputs, Attrs>;
type Body = (call: Convolution) => Tensor;

const toLast = (x: Tensor) => tf.transpose(x, [0, 2, 3, 1]);
const toFirst = (x: Tensor) => tf.transpose(x, [0, 3, 1, 2]);
const shapeToLast = ([b, c, h, w]: Shape): Shape => [b, h, w, c];

/** The same convolution of images whose channels come last. */
const channelsLast = (body: Body): Body => (call) => {
  const { inputs, attrs } = call;
  if (attrs.dataFormat !== "NCHW") return body(call);
  const { x, dy, preluActivationWeights: slopes } = inputs;
  const result = body({
    ...call,
    inputs: {
      ...inputs,
      x: x && toLast(x),
      dy: dy && toLast(dy),
      preluActivationWeights: slopes?.rank === 3 ? tf.transpose(slopes, [1, 2, 0]) : slopes,
    },
    attrs: {
      ...attrs,
      dataFormat: "NHWC",
      pad: Array.isArray(attrs.pad) ? [attrs.pad[0], attrs.pad[2], attrs.pad[3], attrs.pad[1]] : attrs.pad,
      inputShape: attrs.inputShape && shapeToLast(attrs.inputShape),
    },
  });
  return attrs.filterShape === undefined ? toFirst(result) : result; // a filter's channels are always last
};

const convolution = (depthwise: boolean) => ({ inputs, attrs }: Convolution) =>
  tf.backend_util.computeConv2DInfo(
    (inputs.x?.shape ?? attrs.inputShape) as Shape,
    (inputs.filter?.shape ?? attrs.filterShape) as Shape,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
  );

/** tfjs-node takes explicit padding forward, but no number for all sides, nor rounding. */
const forward = (name: string, depthwise: boolean): Kernel =>
  kernel<Inputs, Attrs>(
    name,
    channelsLast((call) => {
      const { inputs, attrs, usual } = call;
      const padding = paddingOf(convolution(depthwise)(call));
      const pad = padding as tf.backend_util.ExplicitPadding;
      return usual(inputs, padding === null ? attrs : { ...attrs, pad, dimRoundingMode: undefined });
    }),
  );

/** tfjs-node's gradients pad by the window only. TensorFlow's operations have tfjs's names. */
const backward = (name: string, depthwise: boolean): Kernel =>
  kernel<Inputs, Attrs>(
    name,
    channelsLast((call) => {
      const { inputs, attrs, run, usual } = call;
      const windows = convolution(depthwise)(call);
      const padding = paddingOf(windows);
      if (padding === null) return usual(inputs, attrs);
      const shape = tf.tensor1d((attrs.inputShape ?? attrs.filterShape)!, "int32");
      const [x, filter] = attrs.inputShape === undefined ? [inputs.x!, shape] : [shape, inputs.filter!];
      return run(name, [x, filter, inputs.dy!], {
        T: type("float32"),
        strides: ints([1, windows.strideHeight, windows.strideWidth, 1]),
        dilations: ints([1, windows.dilationHeight, windows.dilationWidth, 1]),
        padding: text("EXPLICIT"),
        explicit_paddings: ints(padding.flat()),
      })[0];
    }),
  );

/** Convolutions and their gradients, with padding by numbers and of either order of channels. */
export const convolutions: Kernel[] = [
  forward(tf.Conv2D, false),
  forward(tf.FusedConv2D, false),
  backward(tf.Conv2DBackpropInput, false),
  backward(tf.Conv2DBackpropFilter, false),
  forward(tf.DepthwiseConv2dNative, true),
  forward(tf.FusedDepthwiseConv2D, true),
  backward(tf.DepthwiseConv2dNativeBackpropInput, true),
  backward(tf.DepthwiseConv2dNativeBackpropFilter, true),
];
