export { type ActivationOptions, activation } from "./activation.ts";
export { type ActivityRegularizationOptions, activityRegularization } from "./activity-regularization.ts";
export {
  type AdaptivePooling1dOptions,
  type AdaptivePooling2dOptions,
  type AdaptivePooling3dOptions,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from "./adaptive-pooling.ts";
export * from "./augmentations.ts";
export { averagePooling1d, averagePooling2d, averagePooling3d } from "./average-pooling.ts";
export { type BatchNormalizationOptions, batchNormalization } from "./batch-normalization.ts";
export { type CenterCropOptions, centerCrop } from "./center-crop.ts";
export { type ConcatenateOptions, concatenate } from "./concatenate.ts";
export {
  type ConstantPadding1dOptions,
  type ConstantPadding2dOptions,
  type ConstantPadding3dOptions,
  constantPadding1d,
  constantPadding2d,
  constantPadding3d,
} from "./constant-padding.ts";
export {
  type Conv1dTransposeOptions,
  type Conv2dTransposeOptions,
  type Conv3dTransposeOptions,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
} from "./conv-transpose.ts";
export { type Conv1dOptions, conv1d } from "./conv1d.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { type Conv3dOptions, conv3d } from "./conv3d.ts";
export {
  type Cropping1dOptions,
  type Cropping2dOptions,
  type Cropping3dOptions,
  cropping1d,
  cropping2d,
  cropping3d,
} from "./cropping.ts";
export { type DenseOptions, dense } from "./dense.ts";
export { type BlockOptions, depthToSpace, spaceToDepth } from "./depth-to-space.ts";
export {
  type DepthwiseConv1dOptions,
  type DepthwiseConv2dOptions,
  depthwiseConv1d,
  depthwiseConv2d,
} from "./depthwise-conv.ts";
export { type DotOptions, dot } from "./dot.ts";
export { type DropoutOptions, dropout } from "./dropout.ts";
export {
  circularPadding1d,
  circularPadding2d,
  circularPadding3d,
  type EdgePadding1dOptions,
  type EdgePadding2dOptions,
  type EdgePadding3dOptions,
  reflectionPadding1d,
  reflectionPadding2d,
  reflectionPadding3d,
  replicationPadding1d,
  replicationPadding2d,
  replicationPadding3d,
} from "./edge-padding.ts";
export { type EluLayerOptions, elu } from "./elu.ts";
export { flatten } from "./flatten.ts";
export {
  type GaussianDropoutOptions,
  type GaussianNoiseOptions,
  gaussianDropout,
  gaussianNoise,
} from "./gaussian.ts";
export { globalAveragePooling1d } from "./global-average-pooling1d.ts";
export {
  type GlobalPoolingOptions,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
export { type GroupNormalizationOptions, groupNormalization } from "./group-normalization.ts";
export { type InputOptions, input } from "./input.ts";
export { type LayerNormalizationOptions, layerNormalization } from "./layer-normalization.ts";
export { type LeakyReluLayerOptions, leakyRelu } from "./leaky-relu.ts";
export { add, average, maximum, minimum, multiply, subtract } from "./merge.ts";
export { type PermuteOptions, permute, type RepeatVectorOptions, repeatVector } from "./permute.ts";
export {
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
  type Pooling1dOptions,
  type Pooling2dOptions,
  type Pooling3dOptions,
} from "./pooling.ts";
export { type PreluOptions, prelu } from "./prelu.ts";
export { type ReluLayerOptions, relu } from "./relu.ts";
export { type RescalingOptions, rescaling } from "./rescaling.ts";
export { type ReshapeOptions, reshape } from "./reshape.ts";
export { type ResizingOptions, resizing } from "./resizing.ts";
export {
  type RmsNormalizationOptions,
  rmsNormalization,
  type UnitNormalizationOptions,
  unitNormalization,
} from "./rms-normalization.ts";
export {
  type SeparableConv1dOptions,
  type SeparableConv2dOptions,
  separableConv1d,
  separableConv2d,
} from "./separable-conv.ts";
export {
  dropPath,
  type SharedDropoutOptions,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
} from "./shared-dropout.ts";
export { type SoftmaxLayerOptions, softmax } from "./softmax.ts";
export {
  type UpSampling1dOptions,
  type UpSampling2dOptions,
  type UpSampling3dOptions,
  upSampling1d,
  upSampling2d,
  upSampling3d,
} from "./up-sampling.ts";
export {
  type ZeroPadding1dOptions,
  type ZeroPadding2dOptions,
  type ZeroPadding3dOptions,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
} from "./zero-padding.ts";
