/** For each of tfjs's kernels one call of it, or the reason why it cannot be traced; for `jit_kernels_test.ts`. */
import { tf } from "../../lib/engine/tensorflow.ts";
import { stream } from "../../lib/engine/streams.ts";

/** A call that runs a kernel, and what it is given. */
export type Example = [fn: (...inputs: Given[]) => tf.Tensor | tf.Tensor[], ...inputs: tf.Tensor[]];

/** A tensor of any rank, where tfjs asks for one of a certain rank. */
export type Given = tf.Tensor & tf.Tensor1D & tf.Tensor2D & tf.Tensor3D & tf.Tensor4D & tf.Tensor5D;

/** Different numbers in (0.1, 0.9), in no order. */
function part(...shape: number[]): tf.Tensor {
  const order = stream(0, "part", shape.length).permutation(tf.util.sizeFromShape(shape));
  return tf.tensor(Array.from(order, (i) => 0.1 + 0.8 * (i + 0.5) / order.length), shape);
}
/** The same, of either sign. */
const signed = (...shape: number[]) => tf.sub(part(...shape), 0.47);
const whole = (values: number[]) => tf.tensor1d(values, "int32");
const truth = (...values: boolean[]) => tf.tensor1d(values);
/** Calls the kernels of `f`'s gradient. */
const gradient = (f: (...x: Given[]) => tf.Tensor) => (...inputs: Given[]) =>
  tf.grads((...x) => tf.sum(tf.square(f(...x as Given[]))))(inputs);
const transform = (f: (x: tf.Tensor) => tf.Tensor) => (x: Given) => {
  const y = f(tf.complex(x, tf.mul(x, 0.3)));
  return [tf.real(y), tf.imag(y)];
};

/** What is refused since the shape of its result depends on values. */
function byValues(example: () => Example): { example: () => Example; says: string } {
  return { example, says: "the shape of its result depends on values" };
}

/** By the kernel's name. */
export const EXAMPLES: Record<string, () => Example> = {
  Abs: () => [(x) => tf.abs(x), signed(2, 3)],
  Acos: () => [(x) => tf.acos(x), signed(2, 3)],
  Acosh: () => [(x) => tf.acosh(tf.add(x, 1)), part(2, 3)],
  Add: () => [(x, y) => tf.add(x, y), part(2, 3), part(3)],
  AddN: () => [(x, y) => tf.addN([x, y, x]), part(2, 3), signed(2, 3)],
  All: () => [(x) => tf.all(x, 0), tf.tensor2d([[1, 0], [1, 1]], [2, 2], "bool")],
  Any: () => [(x) => tf.any(x, 0), tf.tensor2d([[1, 0], [0, 0]], [2, 2], "bool")],
  ArgMax: () => [(x) => tf.argMax(x, 1), part(2, 3)],
  ArgMin: () => [(x) => tf.argMin(x, 1), part(2, 3)],
  Asin: () => [(x) => tf.asin(x), signed(2, 3)],
  Asinh: () => [(x) => tf.asinh(x), signed(2, 3)],
  Atan: () => [(x) => tf.atan(x), signed(2, 3)],
  Atan2: () => [(x, y) => tf.atan2(x, y), signed(2, 3), part(2, 3)],
  Atanh: () => [(x) => tf.atanh(x), signed(2, 3)],
  AvgPool: () => [(x) => tf.avgPool(x, 2, 1, "same"), part(1, 3, 3, 2)],
  AvgPool3D: () => [(x) => tf.avgPool3d(x, 2, 1, "valid"), part(1, 3, 3, 3, 1)],
  AvgPool3DGrad: () => [gradient((x) => tf.avgPool3d(x, 2, 1, "valid")), part(1, 3, 3, 3, 1)],
  AvgPoolGrad: () => [gradient((x) => tf.avgPool(x, 2, 1, "same")), part(1, 3, 3, 2)],
  BatchMatMul: () => [(x, y) => tf.matMul(x, y, false, true), part(2, 2, 3), signed(2, 4, 3)],
  BatchToSpaceND: () => [(x) => tf.batchToSpaceND(x, [2, 2], [[0, 0], [0, 1]]), part(4, 2, 2, 1)],
  Bincount: () => [(x, w) => tf.bincount(x, w, 4), whole([0, 2, 2]), part(3)],
  BitwiseAnd: () => [(x, y) => tf.bitwiseAnd(x, y), whole([6, 3]), whole([3, 5])],
  BroadcastArgs: () => [(x, y) => tf.broadcastArgs(x, y), whole([2, 1]), whole([3])],
  Cast: () => [(x) => tf.cast(tf.mul(x, 7), "int32"), part(2, 3)],
  Ceil: () => [(x) => tf.ceil(tf.mul(x, 7)), signed(2, 3)],
  ClipByValue: () => [(x) => tf.clipByValue(x, -0.2, 0.3), signed(2, 3)],
  Complex: () => [(x, y) => tf.abs(tf.complex(x, y)), part(2, 3), signed(2, 3)],
  ComplexAbs: () => [(x) => tf.abs(x), tf.complex(part(2, 3), signed(2, 3))],
  Concat: () => [(x, y) => tf.concat([x, y, x], 1), part(2, 3), part(2, 1)],
  Conv2D: () => [(x, k) => tf.conv2d(x, k, 2, "same"), part(1, 4, 4, 2), signed(3, 3, 2, 3)],
  Conv2DBackpropFilter: () => [gradient((x, k) => tf.conv2d(x, k, 1, "same")), part(1, 4, 4, 2), signed(3, 3, 2, 3)],
  Conv2DBackpropInput: () => [
    (x, k) => tf.conv2dTranspose(x, k, [1, 8, 8, 2], 2, "same"),
    part(1, 4, 4, 3),
    signed(3, 3, 2, 3),
  ],
  Conv3D: () => [(x, k) => tf.conv3d(x, k, 1, "same"), part(1, 3, 3, 3, 1), signed(2, 2, 2, 1, 2)],
  Conv3DBackpropFilterV2: () => [
    gradient((x, k) => tf.conv3d(x, k, 1, "same")),
    part(1, 3, 3, 3, 1),
    signed(2, 2, 2, 1, 2),
  ],
  Conv3DBackpropInputV2: () => [
    (x, k) => tf.conv3dTranspose(x, k, [1, 3, 3, 3, 1], 1, "same"),
    part(1, 3, 3, 3, 2),
    signed(2, 2, 2, 1, 2),
  ],
  Cos: () => [(x) => tf.cos(x), signed(2, 3)],
  Cosh: () => [(x) => tf.cosh(x), signed(2, 3)],
  CropAndResize: () => [
    (x, boxes, of) => tf.image.cropAndResize(x, boxes, of, [2, 2]),
    part(2, 4, 4, 1),
    tf.tensor2d([[0, 0, 0.5, 0.5], [0.2, 0, 1, 1]]),
    whole([1, 0]),
  ],
  Cumprod: () => [(x) => tf.cumprod(x, 1), part(2, 3)],
  Cumsum: () => [(x) => tf.cumsum(x, 1, true), part(2, 3)],
  DepthToSpace: () => [(x) => tf.depthToSpace(x, 2), part(1, 2, 2, 4)],
  DepthwiseConv2dNative: () => [(x, k) => tf.depthwiseConv2d(x, k, 1, "same"), part(1, 3, 3, 2), signed(2, 2, 2, 2)],
  DepthwiseConv2dNativeBackpropFilter: () => [
    gradient((x, k) => tf.depthwiseConv2d(x, k, 1, "same")),
    part(1, 3, 3, 2),
    signed(2, 2, 2, 2),
  ],
  DepthwiseConv2dNativeBackpropInput: () => [
    gradient((x, k) => tf.depthwiseConv2d(x, k, 1, "same")),
    part(1, 3, 3, 2),
    signed(2, 2, 2, 2),
  ],
  Diag: () => [(x) => tf.diag(x), part(3)],
  Dilation2D: () => [(x, k) => tf.dilation2d(x, k, 1, "same"), part(1, 4, 4, 2), signed(2, 2, 2)],
  Dilation2DBackpropFilter:
    () => [gradient((x, k) => tf.dilation2d(x, k, 1, "same")), part(1, 4, 4, 2), signed(2, 2, 2)],
  Dilation2DBackpropInput:
    () => [gradient((x, k) => tf.dilation2d(x, k, 1, "same")), part(1, 4, 4, 2), signed(2, 2, 2)],
  Einsum: () => [(x, y) => tf.einsum("ij,kj->ik", x, y), part(2, 3), signed(4, 3)],
  Elu: () => [(x) => tf.elu(x), signed(2, 3)],
  EluGrad: () => [gradient((x) => tf.elu(x)), signed(2, 3)],
  Equal: () => [(x, y) => tf.equal(x, y), whole([1, 2]), whole([1, 3])],
  Erf: () => [(x) => tf.erf(x), signed(2, 3)],
  Exp: () => [(x) => tf.exp(x), signed(2, 3)],
  ExpandDims: () => [(x) => tf.expandDims(x, 1), part(2, 3)],
  Expm1: () => [(x) => tf.expm1(x), signed(2, 3)],
  FFT: () => [transform((x) => tf.fft(x)), part(2, 4)],
  Fill: () => [(x) => tf.mul(x, tf.fill([2, 3], 7)), part(2, 3)],
  FlipLeftRight: () => [(x) => tf.image.flipLeftRight(x), part(1, 2, 3, 1)],
  Floor: () => [(x) => tf.floor(tf.mul(x, 7)), signed(2, 3)],
  FloorDiv: () => [(x, y) => tf.floorDiv(x, y), whole([7, -7]), whole([2, 2])],
  FusedBatchNorm: () => [
    (x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale),
    part(2, 2, 2, 3),
    signed(3),
    part(3),
    signed(3),
    part(3),
  ],
  FusedConv2D: () => [
    (x, filter, bias) => tf.fused.conv2d({ x, filter, bias, strides: 1, pad: "same", activation: "relu" }),
    part(1, 3, 3, 2),
    signed(2, 2, 2, 3),
    signed(3),
  ],
  FusedDepthwiseConv2D: () => [
    (x, filter, bias) => tf.fused.depthwiseConv2d({ x, filter, bias, strides: 1, pad: "same", activation: "relu" }),
    part(1, 3, 3, 2),
    signed(2, 2, 2, 1),
    signed(2),
  ],
  GatherNd: () => [(x, i) => tf.gatherND(x, i), part(2, 3), tf.tensor2d([[1, 2], [0, 1]], [2, 2], "int32")],
  GatherV2: () => [(x, i) => tf.gather(x, i, 1), part(2, 3), whole([2, 0, 2])],
  Greater: () => [(x, y) => tf.greater(x, y), signed(2, 3), tf.scalar(0)],
  GreaterEqual: () => [(x, y) => tf.greaterEqual(x, y), whole([1, 2]), whole([1, 3])],
  IFFT: () => [transform((x) => tf.ifft(x)), part(2, 4)],
  Identity: () => [(x) => tf.clone(x), part(2, 3)],
  Imag: () => [transform((x) => x), part(2, 3)],
  IsFinite: () => [(x) => tf.isFinite(x), tf.tensor1d([1, Infinity, NaN])],
  IsInf: () => [(x) => tf.isInf(x), tf.tensor1d([1, Infinity, NaN])],
  IsNan: () => [(x) => tf.isNaN(x), tf.tensor1d([1, Infinity, NaN])],
  LRN: () => [(x) => tf.localResponseNormalization(x, 1), part(1, 2, 2, 4)],
  LRNGrad: () => [gradient((x) => tf.localResponseNormalization(x, 1)), part(1, 2, 2, 4)],
  LeakyRelu: () => [(x) => tf.leakyRelu(x, 0.1), signed(2, 3)],
  Less: () => [(x, y) => tf.less(x, y), signed(2, 3), tf.scalar(0)],
  LessEqual: () => [(x, y) => tf.lessEqual(x, y), whole([1, 2]), whole([1, 1])],
  LinSpace: () => [(x) => tf.mul(x, tf.linspace(0, 1, 3)), part(2, 3)],
  Log: () => [(x) => tf.log(x), part(2, 3)],
  Log1p: () => [(x) => tf.log1p(x), part(2, 3)],
  LogicalAnd: () => [(x, y) => tf.logicalAnd(x, y), truth(true, true), truth(true, false)],
  LogicalNot: () => [(x) => tf.logicalNot(x), truth(true, false)],
  LogicalOr: () => [(x, y) => tf.logicalOr(x, y), truth(false, true), truth(false, false)],
  Max: () => [(x) => tf.max(x, 1), part(2, 3)],
  MaxPool: () => [(x) => tf.maxPool(x, 2, 1, "same"), part(1, 3, 3, 2)],
  MaxPool3D: () => [(x) => tf.maxPool3d(x, 2, 1, "valid"), part(1, 3, 3, 3, 1)],
  MaxPool3DGrad: () => [gradient((x) => tf.maxPool3d(x, 2, 1, "valid")), part(1, 3, 3, 3, 1)],
  MaxPoolGrad: () => [gradient((x) => tf.maxPool(x, 2, 1, "same")), part(1, 3, 3, 2)],
  Maximum: () => [(x, y) => tf.maximum(x, y), part(2, 3), signed(2, 3)],
  Mean: () => [(x) => tf.mean(x, 1), part(2, 3)],
  Min: () => [(x) => tf.min(x, 1), part(2, 3)],
  Minimum: () => [(x, y) => tf.minimum(x, y), part(2, 3), signed(2, 3)],
  MirrorPad: () => [(x) => tf.mirrorPad(x, [[0, 1], [1, 1]], "reflect"), part(2, 3)],
  Mod: () => [(x, y) => tf.mod(tf.mul(x, 7), y), part(2, 3), part(3)],
  Multiply: () => [(x, y) => tf.mul(x, y), part(2, 3), signed(3)],
  Multinomial: () => [(x) => tf.multinomial(x, 3, 7), part(2, 3)],
  Neg: () => [(x) => tf.neg(x), part(2, 3)],
  NotEqual: () => [(x, y) => tf.notEqual(x, y), whole([1, 2]), whole([1, 3])],
  OneHot: () => [(x) => tf.oneHot(x, 4), whole([3, 0])],
  OnesLike: () => [(x) => tf.onesLike(x), part(2, 3)],
  Pack: () => [(x, y) => tf.stack([x, y], 1), part(2, 3), signed(2, 3)],
  PadV2: () => [(x) => tf.pad(x, [[1, 0], [0, 2]], 0.5), part(2, 3)],
  Pow: () => [(x, y) => tf.pow(x, y), part(2, 3), signed(2, 3)],
  Prelu: () => [(x, y) => tf.prelu(x, y), signed(2, 3), part(2, 3)],
  Prod: () => [(x) => tf.prod(x, 1), part(2, 3)],
  Range: () => [(x) => tf.add(x, tf.range(0, 3)), part(2, 3)],
  RaggedTensorToTensor: () => [
    (x, fill, splits) => tf.raggedTensorToTensor(whole([2, 2]), x, fill, [splits], ["ROW_SPLITS"]),
    part(3),
    tf.scalar(0),
    whole([0, 2, 3]),
  ],
  Real: () => [transform((x) => x), part(2, 3)],
  RealDiv: () => [(x, y) => tf.div(x, y), signed(2, 3), part(3)],
  Reciprocal: () => [(x) => tf.reciprocal(x), part(2, 3)],
  Relu: () => [(x) => tf.relu(x), signed(2, 3)],
  Relu6: () => [(x) => tf.relu6(tf.mul(x, 15)), signed(2, 3)],
  Reshape: () => [(x) => tf.reshape(x, [3, 2]), part(2, 3)],
  ResizeBilinear: () => [(x) => tf.image.resizeBilinear(x, [5, 4]), part(1, 3, 2, 1)],
  ResizeBilinearGrad: () => [gradient((x) => tf.image.resizeBilinear(x, [5, 4])), part(1, 3, 2, 1)],
  ResizeNearestNeighbor: () => [(x) => tf.image.resizeNearestNeighbor(x, [5, 4]), part(1, 3, 2, 1)],
  ResizeNearestNeighborGrad: () => [gradient((x) => tf.image.resizeNearestNeighbor(x, [5, 4])), part(1, 3, 2, 1)],
  Reverse: () => [(x) => tf.reverse(x, 1), part(2, 3)],
  Round: () => [(x) => tf.round(tf.mul(x, 7)), signed(2, 3)],
  Rsqrt: () => [(x) => tf.rsqrt(x), part(2, 3)],
  ScatterNd: () => [(i, x) => tf.scatterND(i, x, [4]), tf.tensor2d([[3], [1]], [2, 1], "int32"), part(2)],
  Select: () => [(c, x, y) => tf.where(c, x, y), truth(true, false), part(2), signed(2)],
  Selu: () => [(x) => tf.selu(x), signed(2, 3)],
  Sigmoid: () => [(x) => tf.sigmoid(x), signed(2, 3)],
  Sign: () => [(x) => tf.sign(x), signed(2, 3)],
  Sin: () => [(x) => tf.sin(x), signed(2, 3)],
  Sinh: () => [(x) => tf.sinh(x), signed(2, 3)],
  Slice: () => [(x) => tf.slice(x, [0, 1], [2, 2]), part(2, 3)],
  Softmax: () => [(x) => tf.softmax(x), part(2, 3)],
  Softplus: () => [(x) => tf.softplus(x), signed(2, 3)],
  SpaceToBatchND: () => [(x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 1]]), part(1, 4, 3, 1)],
  SparseToDense: () => [(i, x) => tf.sparseToDense(i, x, [4], tf.scalar(0)), whole([1, 3]), part(2)],
  SplitV: () => [(x) => tf.split(x, [1, 2], 1), part(2, 3)],
  Sqrt: () => [(x) => tf.sqrt(x), part(2, 3)],
  Square: () => [(x) => tf.square(x), part(2, 3)],
  SquaredDifference: () => [(x, y) => tf.squaredDifference(x, y), part(2, 3), signed(2, 3)],
  StaticRegexReplace: () => [(x) => tf.string.staticRegexReplace(x, "a+", "b"), tf.tensor1d(["aac", "c"])],
  SparseReshape: () => [
    (i, from, to) => Object.values(tf.sparse.sparseReshape(i, from, to)),
    tf.tensor2d([[0, 1], [1, 0]], [2, 2], "int32"),
    whole([2, 3]),
    whole([3, 2]),
  ],
  Step: () => [(x) => tf.step(x, 0.1), signed(2, 3)],
  StringToHashBucketFast: () => [(x) => tf.string.stringToHashBucketFast(x, 10), tf.tensor1d(["a", "bc"])],
  StridedSlice: () => [(x) => tf.stridedSlice(x, [0, 2], [2, 0], [1, -1]), part(2, 3)],
  Sub: () => [(x, y) => tf.sub(x, y), part(2, 3), part(3)],
  Sum: () => [(x) => tf.sum(x, 1), part(2, 3)],
  Tan: () => [(x) => tf.tan(x), signed(2, 3)],
  Tanh: () => [(x) => tf.tanh(x), signed(2, 3)],
  TensorScatterUpdate: () => [
    (x, i, y) => tf.tensorScatterUpdate(x, i, y),
    part(4),
    tf.tensor2d([[3], [1]], [2, 1], "int32"),
    signed(2),
  ],
  Tile: () => [(x) => tf.tile(x, [2, 1]), part(2, 3)],
  TopK: () => [(x) => Object.values(tf.topk(x, 2)), part(2, 3)],
  Transpose: () => [(x) => tf.transpose(x), part(2, 3)],
  Unpack: () => [(x) => tf.unstack(x, 1), part(2, 3)],
  UnsortedSegmentSum: () => [(x, i) => tf.unsortedSegmentSum(x, i, 2), part(3, 2), whole([1, 0, 1])],
  Transform: () => [
    (x, m) => tf.image.transform(x, m, "bilinear"),
    part(1, 3, 3, 1),
    tf.tensor2d([[1, 0.2, 0, 0, 1, 0.1, 0, 0]]),
  ],
  ZerosLike: () => [(x) => tf.zerosLike(x), part(2, 3)],
  _FusedMatMul: () => [
    (a, b, bias) => tf.fused.matMul({ a, b, bias, activation: "relu" }),
    part(2, 3),
    signed(3, 2),
    signed(2),
  ],
};

/** More of them, whose names are no operation's of tfjs-node. */
Object.assign(
  EXAMPLES,
  {
    DenseBincount: () => [(x, w) => tf.denseBincount(x, w, 4), whole([0, 2, 2]), part(3)],
    MaxPoolWithArgmax: () => [(x) => Object.values(tf.maxPoolWithArgmax(x, 2, 2, "valid")), part(1, 4, 4, 2)],
    SearchSorted: () => [(x, y) => tf.searchSorted(x, y), tf.tensor1d([0.1, 0.4, 0.8]), part(3)],
  } satisfies Record<string, () => Example>,
);

/** What cannot be traced, with what its refusal says. */
export const UNTRACEABLE: Record<string, { example: () => Example; says: string }> = {
  RaggedGather: byValues(() => [
    (splits, values, i) => {
      const { outputNestedSplits, outputDenseValues } = tf.raggedGather([splits], values, i, 1);
      return [...outputNestedSplits, outputDenseValues];
    },
    whole([0, 2, 3]),
    part(3),
    whole([1, 0]),
  ]),
  RaggedRange: byValues(() => [
    (from, to, by) => Object.values(tf.raggedRange(from, to, by)),
    whole([0, 1]),
    whole([2, 4]),
    whole([1, 2]),
  ]),
  SparseFillEmptyRows: byValues(() => [
    (i, x, shape, fill) => Object.values(tf.sparse.sparseFillEmptyRows(i, x, shape, fill)),
    tf.tensor2d([[0, 1], [2, 0]], [2, 2], "int32"),
    part(2),
    whole([3, 2]),
    tf.scalar(0),
  ]),
  SparseSegmentMean: byValues(() => [
    (x, i, segments) => tf.sparse.sparseSegmentMean(x, i, segments),
    part(3, 2),
    whole([0, 2]),
    whole([0, 1]),
  ]),
  SparseSegmentSum: byValues(() => [
    (x, i, segments) => tf.sparse.sparseSegmentSum(x, i, segments),
    part(3, 2),
    whole([0, 2]),
    whole([0, 1]),
  ]),
  StringNGrams: byValues(() => [
    (x, splits) => Object.values(tf.string.stringNGrams(x, splits, " ", [2], "", "", 0, false)),
    tf.tensor1d(["a", "b", "c"]),
    whole([0, 3]),
  ]),
  StringSplit: byValues(() => [(x) => Object.values(tf.string.stringSplit(x, " ")), tf.tensor1d(["a b", "c"])]),
  NonMaxSuppressionV3: {
    example: () => [(boxes, scores) => tf.image.nonMaxSuppression(boxes, scores, 2), part(3, 4), part(3)],
    says: "the shape of its result depends on values",
  },
  NonMaxSuppressionV4: {
    example: () => [
      (boxes, scores) => Object.values(tf.image.nonMaxSuppressionPadded(boxes, scores, 2)) as tf.Tensor[],
      part(3, 4),
      part(3),
    ],
    says: "the shape of its result depends on values",
  },
  NonMaxSuppressionV5: {
    example: () => [
      (boxes, scores) => Object.values(tf.image.nonMaxSuppressionWithScore(boxes, scores, 2)) as tf.Tensor[],
      part(3, 4),
      part(3),
    ],
    says: "the shape of its result depends on values",
  },
  Unique: {
    example: () => [(x) => tf.unique(x).values, whole([1, 1, 2])],
    says: "the shape of its result depends on values",
  },
};
