/**
 * BackMix Lab's public surface: what a researcher needs to run tables, use BackMix and the metrics in a program of their
 * own, or add a method, and nothing else.
 *
 * ```ts
 * import { auroc } from "./mod.ts";
 *
 * auroc(Float64Array.of(2, 3), Float64Array.of(1, 2)); // 0.875
 * ```
 *
 * @module
 */
export { type Engine, type EngineOptions, startTensorFlow } from "./lib/engine/tensorflow.ts";
export type { Device } from "./lib/engine/device.ts";
export type { LayersModel, Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "./lib/engine/tensors.ts";
export { constant, type HostArray, normal } from "./lib/engine/host_array.ts";
export { type Jit, jit, type JitOptions, type Jitted, type Precision, type Rewrites } from "./lib/engine/jit.ts";
export type { TimedOperation } from "./lib/engine/step_stats.ts";
export { type Stream, stream } from "./lib/engine/streams.ts";

export type { Dataset, ImageSet, Source } from "./lib/datasets/image_set.ts";
export { type OpenSet, openSet, type OpenSetOptions } from "./lib/datasets/open_set.ts";
export { type Protocol, type Split, split, type SplitDataset } from "./lib/datasets/splits.ts";
export { cifar10 } from "./lib/datasets/cifar10.ts";
export { cifar100 } from "./lib/datasets/cifar100.ts";
export type { CifarOptions } from "./lib/datasets/cifar_binary.ts";
export { joined } from "./lib/datasets/joined.ts";
export { imageFolder, type ImageFolderOptions } from "./lib/datasets/image_folder.ts";
export type { DecodeOptions } from "./lib/datasets/decoded.ts";
export { mnist, type MnistOptions } from "./lib/datasets/mnist.ts";
export { svhn, type SvhnOptions } from "./lib/datasets/svhn.ts";
export { tinyImagenet, type TinyImagenetOptions } from "./lib/datasets/tiny_imagenet.ts";
export { priors, type PriorsOptions, priorsSplit } from "./lib/datasets/priors.ts";

export type { Backbone, Features, Layers } from "./lib/backbones/backbone.ts";
export type { Mode } from "./lib/backbones/layers.ts";
export { classifier32 } from "./lib/backbones/classifier32.ts";
export { residual, type ResidualName } from "./lib/backbones/residual.ts";
export { type BackboneName, type BackboneSizes } from "./lib/backbones/table.ts";

export { CENTRED, type Images, type Normalisation, type PixelValues, pixelValues, UNIT } from "./lib/augment/pixels.ts";
export { drawViews, renderViews, type View } from "./lib/augment/view.ts";
export { type Augmentation, CSSR_STRONG, randAugment } from "./lib/augment/augmentation.ts";
export type { Border } from "./lib/augment/crop.ts";
export type { PoolOptions } from "./lib/augment/pools.ts";
export { type Regulariser, REGULARISERS } from "./lib/augment/regulariser.ts";
export { type Foreground, sampledCells, topCells } from "./lib/backmix/foreground.ts";
export { type BankOptions, type BankState, CamBank, type Update } from "./lib/backmix/cam_bank.ts";
export { classActivationMaps } from "./lib/backmix/cam.ts";
export { type CamFunction, layersModelCam } from "./lib/backmix/layers_model.ts";
export { BackMix, type MixedBatch, type PlugInOptions } from "./lib/backmix/plug_in.ts";
export {
  type BackmixOptions,
  DESCRIBED,
  drawPastes,
  type Origin,
  type Paste,
  REFERENCE,
  renderMixed,
} from "./lib/backmix/mix.ts";

export {
  cellDot,
  type Confusion,
  crossEntropy,
  type Judged,
  type Method,
  method,
  type Seen,
  targetOf,
} from "./lib/methods/method.ts";
export { softmax } from "./lib/methods/softmax.ts";
export { gcpl } from "./lib/methods/gcpl.ts";
export { rpl } from "./lib/methods/rpl.ts";
export { arpl } from "./lib/methods/arpl.ts";
export { arplCs } from "./lib/methods/arpl_cs.ts";
export { linear } from "./lib/methods/linear.ts";
export { pcssr } from "./lib/methods/pcssr.ts";
export { rcssr } from "./lib/methods/rcssr.ts";

export type { Labels, ScoredImages, ScoredSides, Scores } from "./lib/metrics/scores.ts";
export { accuracy } from "./lib/metrics/accuracy.ts";
export { auroc } from "./lib/metrics/auroc.ts";
export { auprIn, auprOut } from "./lib/metrics/aupr.ts";
export { fprAtTpr95, tnrAtTpr95 } from "./lib/metrics/fpr_at_tpr.ts";
export { detectionAccuracy } from "./lib/metrics/detection_accuracy.ts";
export { oscr } from "./lib/metrics/oscr.ts";
export { macroF1 } from "./lib/metrics/macro_f1.ts";
export {
  bootstrap,
  bootstrapDifference,
  type BootstrapOptions,
  type Interval,
  type Intervals,
  type Measured,
  type MetricsOf,
} from "./lib/metrics/bootstrap.ts";
export { type OpenSetMetrics, openSetMetrics, type RejectionMetrics } from "./lib/metrics/open_set_metrics.ts";
export { type LogitScores, logitScores } from "./lib/evaluation/logit_scores.ts";
export {
  type Evaluator,
  evaluator,
  type Outputs,
  type Over,
  type Pass,
  type Shown,
} from "./lib/evaluation/evaluator.ts";
export { type LearntNetwork } from "./lib/evaluation/maps.ts";
export {
  fitScores,
  type Formula,
  type Score,
  score,
  type Scorer,
  type Scorers,
} from "./lib/evaluation/scores/score.ts";
export { SCORES } from "./lib/evaluation/scores/table.ts";

export type { Recipe } from "./lib/training/recipe.ts";
export type { OptimiserOptions } from "./lib/training/optimiser.ts";
export type { Schedule } from "./lib/training/schedule.ts";
export type {
  Cell,
  Figure,
  Figures,
  FiguresByScore,
  Json,
  Mean,
  MeanDifference,
  MeansByScore,
  MetricName,
  PairedDifference,
  PaperFigures,
  ResultFile,
  ResultHead,
  Summary,
  SummaryPair,
  SummaryRow,
} from "./lib/results/result.ts";
export { SCHEMA_VERSION } from "./lib/results/result.ts";
export { readResult } from "./lib/results/read.ts";
export { readScores, type RunScores, type SideScores } from "./lib/results/scores.ts";

export {
  COLOURS,
  inMode,
  type Look,
  percent,
  type Plain,
  type PlainRecord,
  type PlotlyFigure,
  plotlyFigure,
} from "./lib/figures/plotly.ts";
export { dotPlot, type DotRow, type DotSeries } from "./lib/figures/dot_plot.ts";
export { curvesFigure, type NamedCurve, type Points } from "./lib/figures/curve.ts";
export { rocCurve } from "./lib/figures/roc_curve.ts";
export { precisionRecallCurve } from "./lib/figures/precision_recall_curve.ts";
export { oscrCurve } from "./lib/figures/oscr_curve.ts";
export { scoreHistogram } from "./lib/figures/score_histogram.ts";
export { type EpochSeries, trainingCurves } from "./lib/figures/training_curves.ts";
export { type Tile, type TileColumn, tileGallery } from "./lib/figures/tiles.ts";
export { type CamColumn, camGallery } from "./lib/figures/cam_gallery.ts";
export { backmixGallery, type GalleryRow, mixedTiles } from "./lib/figures/backmix_gallery.ts";
export { galleryRows, withoutForeground } from "./lib/figures/gallery_rows.ts";
export { type MixingStep, mixingSteps } from "./lib/figures/mixing_steps.ts";
export { pixels, type Rgb } from "./lib/figures/picture.ts";
export { show, showPicture } from "./lib/figures/show.ts";
export { type Choice, costFigure, differencesFigure, runsFigure } from "./lib/report/result_figures.ts";
export {
  type EpochFigures,
  readTrainingRecord,
  type TrainingRecord,
  type TrainingRun,
} from "./lib/report/training_record.ts";
export { readTrainingSample, type TrainingSample } from "./lib/report/training_sample.ts";
export type { DataOptions, Experiment, Preset } from "./lib/experiment/experiment.ts";
export { reproduce, runTable } from "./lib/experiment/reproduce.ts";
