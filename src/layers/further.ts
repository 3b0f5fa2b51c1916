import * as augmentations from "./augmentations.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { concatenate } from "./concatenate.ts";
import { conv1dTranspose, conv2dTranspose, conv3dTranspose } from "./conv-transpose.ts";
import { conv1d } from "./conv1d.ts";
import { conv3d } from "./conv3d.ts";
import { cropping1d, cropping2d, cropping3d } from "./cropping.ts";
import { depthwiseConv1d, depthwiseConv2d } from "./depthwise-conv.ts";
import { dot } from "./dot.ts";
import { globalAveragePooling1d } from "./global-average-pooling1d.ts";
import {
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
import { add, average, maximum, minimum, multiply, subtract } from "./merge.ts";
import {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling3d,
} from "./pooling.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { separableConv1d, separableConv2d } from "./separable-conv.ts";
import { zeroPadding1d, zeroPadding2d, zeroPadding3d } from "./zero-padding.ts";

/** Layers that load when a saved model or a JSON spec names one of them. */
export const furtherLayers = {
  ...augmentations,
  add,
  average,
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  batchNormalization,
  concatenate,
  conv1d,
  conv1dTranspose,
  conv2dTranspose,
  conv3d,
  conv3dTranspose,
  cropping1d,
  cropping2d,
  cropping3d,
  depthwiseConv1d,
  depthwiseConv2d,
  dot,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  maxPooling1d,
  maxPooling3d,
  maximum,
  minimum,
  multiply,
  rescaling,
  reshape,
  separableConv1d,
  separableConv2d,
  subtract,
  zeroPadding1d,
  zeroPadding2d,
  zeroPadding3d,
};
