/**
 * Convolutional networks: layers, models, training, and data in memory. The same in Node and in browsers.
 *
 * @module convnet
 */
export type { Activation } from "./activations/activation.ts";
export * as activations from "./activations/index.ts";
export type { ActivationChoice, ActivationName } from "./activations/table.ts";
export * as applications from "./applications/index.ts";
export type { ArrayLikeInput, Nested, NumberArray } from "./arrays/array.ts";
export { compute } from "./arrays/compute.ts";
export { type ConvolveOptions, convolve, type PoolArrayOptions, pool } from "./arrays/convolve.ts";
export { imageKernels } from "./arrays/image-kernels.ts";
export {
  type BackendChoice,
  type BackendOptions,
  disposeBackends,
  startBackend,
} from "./backends/choose-backend.ts";
export * as callbacks from "./callbacks/index.ts";
export type { Constraint } from "./constraints/constraint.ts";
export * as constraints from "./constraints/index.ts";
export type { ConstraintName } from "./constraints/table.ts";
export {
  BackendError,
  ConvNetError,
  DataError,
  type ErrorCode,
  FileError,
  NotFiniteError,
  OptionError,
  type Problem,
  ShapeError,
  UsageError,
} from "./core/errors.ts";
export type { DType, Shape } from "./core/shape.ts";
export type { Padding } from "./core/window.ts";
export {
  type Dataset,
  type DatasetOptions,
  dataset,
  type NestedNumbers,
  type Numbers,
} from "./data/dataset.ts";
export { type IdxPair, idxDataset } from "./data/idx/idx-dataset.ts";
export { gunzip, type IdxArray, readIdx } from "./data/idx/read-idx.ts";
export type { ImageSource } from "./data/image/image-pixels.ts";
export { normalizeDigit } from "./data/image/normalize-digit.ts";
export type { Picture } from "./data/image/picture.ts";
export { type CutMixOptions, cutMix } from "./data/mixing/cut-mix.ts";
export { type MixUpOptions, mixUp } from "./data/mixing/mix-up.ts";
export type { Batch, Sample, SampleNumbers } from "./data/stream/sample.ts";
export type { Items, Source } from "./data/stream/source.ts";
export { type Stream, stream } from "./data/stream/stream.ts";
export type { Transform } from "./data/stream/transform.ts";
export type { FormatName } from "./formats/formats.ts";
export type { Graph, State, Value } from "./graph/graph.ts";
export * as initializers from "./initializers/index.ts";
export type { Initializer } from "./initializers/initializer.ts";
export type { InitializerName } from "./initializers/table.ts";
export * as layers from "./layers/index.ts";
export { type InputOptions, input } from "./layers/input.ts";
export {
  type ApplyOptions,
  type CallContext,
  Layer,
  type LayerOptions,
  type Weight,
  type WeightOptions,
} from "./layers/layer.ts";
export * as losses from "./losses/index.ts";
export type { Loss, Prediction as LossInput, Reduction } from "./losses/loss.ts";
export type { LossName } from "./losses/table.ts";
export * as metrics from "./metrics/index.ts";
export type { Metric, MetricContext, Totals } from "./metrics/metric.ts";
export type { MetricName } from "./metrics/table.ts";
export { type Drawable, diagram } from "./models/diagram.ts";
export type { Meaning, PictureFit } from "./models/meaning.ts";
export type { NetworkNode, TensorPlace } from "./models/network.ts";
export type { Tensors } from "./models/network-between.ts";
export type { CallSpec, LayerFactories, LayerFactory, LayerSpec, ModelSpec } from "./models/spec.ts";
export * as ops from "./ops.ts";
export * as optimizers from "./optimizers/index.ts";
export type { Optimizer, UpdateContext } from "./optimizers/optimizer.ts";
export type { OptimizerName } from "./optimizers/table.ts";
export * as regularizers from "./regularizers/index.ts";
export type { Regularizer } from "./regularizers/regularizer.ts";
export type { RegularizerName } from "./regularizers/table.ts";
export * as schedules from "./schedules/index.ts";
export type { LearningRate, Schedule } from "./schedules/schedule.ts";
export type { Callback, CallbackState, RunControl, TrainedModel } from "./training/callback.ts";
export type { ClassWeight } from "./training/class-weights.ts";
export type { ClassifyOptions, Guess } from "./training/classify.ts";
export type { CompileOptions, PerOutput } from "./training/compile.ts";
export type { Finding } from "./training/doctor/finding.ts";
export { type FineTuned, type FineTuneOptions, fineTune } from "./training/fine-tune.ts";
export type { FitOptions } from "./training/fit-options.ts";
export { type FunctionalOptions, model } from "./training/functional.ts";
export type { EpochLogs, History, StopReason } from "./training/history.ts";
export type { NamedNumbers } from "./training/inputs.ts";
export { inspectModel, type ModelFile } from "./training/inspect-model.ts";
export {
  type CustomObjects,
  type LoadOptions,
  loadModel,
  modelFromSpec,
  type SpecOptions,
} from "./training/load-model.ts";
export { type LearningRateCurve, type LrFinderOptions, lrFinder } from "./training/lr-finder.ts";
export type { Model } from "./training/model.ts";
export type { EvaluateOptions, ModelOptions, SaveOptions, SaveReport } from "./training/model-options.ts";
export type { Prediction } from "./training/predict.ts";
export type { FileSource } from "./training/read-saved.ts";
export type { TrainEvent, TrainingRun } from "./training/run.ts";
export type { ArrayData, SampleStream, TrainingData } from "./training/samples.ts";
export { sequential } from "./training/sequential.ts";
export {
  type StepData,
  type TrainStep,
  type TrainStepContext,
  type TrainStepOptions,
  trainStep,
} from "./training/train-step.ts";
export type { WeightArray } from "./training/weights.ts";
