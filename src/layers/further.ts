import { activityRegularization } from "./activity-regularization.ts";
import {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from "./adaptive-pooling.ts";
import * as augmentations from "./augmentations.ts";
import { averagePooling1d, averagePooling2d, averagePooling3d } from "./average-pooling.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { centerCrop } from "./center-crop.ts";
import { concatenate } from "./concatenate.ts";
import { constantPadding1d, constantPadding2d, constantPadding3d } from "./constant-padding.ts";
import { conv1dTranspose, conv2dTranspose, conv3dTranspose } from "./conv-transpose.ts";
import { conv1d } from "./conv1d.ts";
import { conv3d } from "./conv3d.ts";
import { cropping1d, cropping2d, cropping3d } from "./cropping.ts";
import { depthToSpace, spaceToDepth } from "./depth-to-space.ts";
import { depthwiseConv1d, depthwiseConv2d } from "./depthwise-conv.ts";
import { dot } from "./dot.ts";
import {
  circularPadding1d,
  circularPadding2d,
  circularPadding3d,
  reflectionPadding1d,
  reflectionPadding2d,
  reflectionPadding3d,
  replicationPadding1d,
  replicationPadding2d,
  replicationPadding3d,
} from "./edge-padding.ts";
import { elu } from "./elu.ts";
import { gaussianDropout, gaussianNoise } from "./gaussian.ts";
import { globalAveragePooling1d } from "./global-average-pooling1d.ts";
import {
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
import { groupNormalization } from "./group-normalization.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { add, average, maximum, minimum, multiply, subtract } from "./merge.ts";
import { permute, repeatVector } from "./permute.ts";
import { maxPooling1d, maxPooling3d } from "./pooling.ts";
import { prelu } from "./prelu.ts";
import { relu } from "./relu.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { resizing } from "./resizing.ts";
import { rmsNormalization, unitNormalization } from "./rms-normalization.ts";
import { separableConv1d, separableConv2d } from "./separable-conv.ts";
import { dropPath, spatialDropout1d, spatialDropout2d, spatialDropout3d } from "./shared-dropout.ts";
import { softmax } from "./softmax.ts";
import { upSampling1d, upSampling2d, upSampling3d } from "./up-sampling.ts";
import { zeroPadding1d, zeroPadding2d, zeroPadding3d } from "./zero-padding.ts";

/** Layers that load when a saved model or a JSON spec names one of them. */
export const furtherLayers = {
  ...augmentations,
  activityRegularization,
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
  add,
  average,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  batchNormalization,
  centerCrop,
  circularPadding1d,
  circularPadding2d,
  circularPadding3d,
  concatenate,
  constantPadding1d,
  constantPadding2d,
  constantPadding3d,
  conv1d,
  conv1dTranspose,
  conv2dTranspose,
  conv3d,
  conv3dTranspose,
  cropping1d,
  cropping2d,
  cropping3d,
  depthToSpace,
  depthwiseConv1d,
  depthwiseConv2d,
  dot,
  dropPath,
  elu,
  gaussianDropout,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  groupNormalization,
  layerNormalization,
  leakyRelu,
  maxPooling1d,
  maxPooling3d,
  maximum,
  minimum,
  multiply,
  permute,
  prelu,
  reflectionPadding1d,
  reflectionPadding2d,
  reflectionPadding3d,
  relu,
  repeatVector,
  replicationPadding1d,
  replicationPadding2d,
  replicationPadding3d,
  rescaling,
  reshape,
  resizing,
  rmsNormalization,
  separableConv1d,
  separableConv2d,
  softmax,
  spaceToDepth,
  spatialDropout1d,
  spatialDropout2d,
  spatialDropout3d,
  subtract,
  unitNormalization,
  upSampling1d,
  upSampling2d,
  upSampling3d,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
};
