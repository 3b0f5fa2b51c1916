/**
 * Looking inside: what a model computes for an image and why, where it is wrong, and what it is made of. For any model,
 * in Node and in browsers.
 *
 * @module convnet/explain
 */
export type { NumberArray } from "./arrays/array.ts";
export { normalizeDigit } from "./data/image/normalize-digit.ts";
export type { Picture } from "./data/image/picture.ts";
export type {
  ChannelSum,
  ExplainedStep,
  Operand,
  Origin,
  Term,
} from "./explain/arithmetic/explanation.ts";
export type { ClassOptions } from "./explain/class-score.ts";
export type { CodeTraining } from "./explain/code/code-settings.ts";
export { type CodeProblem, type ParsedCode, parseCode } from "./explain/code/parse-code.ts";
export { type CodeTarget, toCode } from "./explain/code/to-code.ts";
export type { CodeToken, TokenKind } from "./explain/code/token.ts";
export {
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
  calibration,
} from "./explain/dataset/calibration.ts";
export {
  type ClassScores,
  type Confusion,
  confusion,
  type Mixup,
  mostConfused,
  type Share,
} from "./explain/dataset/confusion.ts";
export {
  type EvaluateItemsOptions,
  evaluateItems,
  type ItemResults,
} from "./explain/dataset/evaluate-items.ts";
export { type TopImage, type TopImagesOptions, topImages } from "./explain/dataset/top-images.ts";
export { type Item, topLosses } from "./explain/dataset/top-losses.ts";
export {
  type ExplainGradientOptions,
  explainGradient,
  type GradientExplanation,
} from "./explain/explain-gradient.ts";
export {
  type ExplainValueOptions,
  explainValue,
  type ValueExplanation,
} from "./explain/explain-value.ts";
export { type FeatureMaps, featureMaps } from "./explain/feature-maps.ts";
export { type ClassMap, type GradCamOptions, gradCam } from "./explain/grad-cam.ts";
export {
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheck,
} from "./explain/gradient-check.ts";
export { type Gradients, gradients, type LayerGradient, type WeightGradient } from "./explain/gradients.ts";
export {
  type Attributions,
  type IntegratedGradientsOptions,
  integratedGradients,
} from "./explain/integrated-gradients.ts";
export { kernels, type LayerKernels } from "./explain/kernels.ts";
export { type LossAlongOptions, lossAlong, type WeightDirection } from "./explain/loss-along.ts";
export { type MuteOptions, muteUnit } from "./explain/mute-unit.ts";
export { type OcclusionMap, type OcclusionOptions, occlusion } from "./explain/occlusion.ts";
export { patch, type WeightPatch } from "./explain/patch.ts";
export { type RasterizeOptions, rasterizeStrokes, type Stroke } from "./explain/rasterize-strokes.ts";
export { type PixelMap, type SmoothGradOptions, saliency, smoothGrad } from "./explain/saliency.ts";
export { applyFix } from "./explain/spec/apply-fix.ts";
export { type CheckSpecOptions, checkSpec } from "./explain/spec/check-spec.ts";
export type {
  LayerReport,
  SpecEdit,
  SpecFix,
  SpecProblem,
  SpecReport,
  WindowReport,
} from "./explain/spec/spec-report.ts";
export { type Change, type ExplainedTrainStep, step } from "./explain/step.ts";
export { type PngOptions, toPng } from "./explain/to-png.ts";
export { type LayerTrace, type PlaceArray, type Trace, trace } from "./explain/trace.ts";
