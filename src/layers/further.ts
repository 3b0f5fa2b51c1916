import { conv1dTranspose, conv2dTranspose, conv3dTranspose } from "./conv-transpose.ts";
import { conv1d } from "./conv1d.ts";
import { conv3d } from "./conv3d.ts";
import { cropping1d, cropping2d, cropping3d } from "./cropping.ts";
import { depthwiseConv1d, depthwiseConv2d } from "./depthwise-conv.ts";
import { dot } from "./dot.ts";
import { globalAveragePooling1d } from "./global-average-pooling1d.ts";
import {
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
} from "./global-pooling.ts";
import { averagePooling1d, averagePooling3d, maxPooling1d, maxPooling3d } from "./pooling.ts";
import { separableConv1d, separableConv2d } from "./separable-conv.ts";
import { zeroPadding1d, zeroPadding3d } from "./zero-padding.ts";

/** Layers that load when a saved model or a JSON spec names one of them. */
export const furtherLayers = {
  averagePooling1d,
  averagePooling3d,
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
  globalAveragePooling3d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  globalMaxPooling3d,
  maxPooling1d,
  maxPooling3d,
  separableConv1d,
  separableConv2d,
  zeroPadding1d,
  zeroPadding3d,
};
