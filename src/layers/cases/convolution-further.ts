import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const furtherConvolutionCases: LayerCase[] = [
  row("conv1d", (inputShape) => layers.conv1d({ filters: 4, kernelSize: 3, inputShape }), [9, 3], [7, 4], 40),
  row(
    "conv1d",
    (inputShape) =>
      layers.conv1d({
        filters: 6,
        kernelSize: 3,
        strides: 2,
        dilationRate: 2,
        padding: "causal",
        groups: 2,
        activation: "relu",
        inputShape,
      }),
    [11, 4],
    [6, 6],
    42,
  ),
  row(
    "conv1d",
    (inputShape) =>
      layers.conv1d({ filters: 2, kernelSize: [4], padding: [[3, 1]], useBias: false, inputShape }),
    [6, 3],
    [7, 2],
    24,
  ),
  row(
    "conv3d",
    (inputShape) => layers.conv3d({ filters: 3, kernelSize: [2, 3, 2], strides: [1, 2, 1], inputShape }),
    [4, 5, 4, 2],
    [3, 2, 3, 3],
    75,
  ),
  row(
    "conv3d",
    (inputShape) =>
      layers.conv3d({ filters: 4, kernelSize: 2, padding: "same", groups: 2, dilationRate: 2, inputShape }),
    [3, 4, 5, 4],
    [3, 4, 5, 4],
    68,
  ),
  row(
    "depthwiseConv1d",
    (inputShape) => layers.depthwiseConv1d({ kernelSize: 3, padding: "causal", inputShape }),
    [8, 5],
    [8, 5],
    20,
  ),
  row(
    "depthwiseConv2d",
    (inputShape) => layers.depthwiseConv2d({ kernelSize: 3, padding: "same", strides: 2, inputShape }),
    [7, 6, 6],
    [4, 3, 6],
    60,
  ),
  row(
    "depthwiseConv2d",
    (inputShape) =>
      layers.depthwiseConv2d({
        kernelSize: [2, 3],
        depthMultiplier: 3,
        useBias: false,
        activation: "tanh",
        depthwiseInitializer: "heNormal",
        depthwiseRegularizer: "l1",
        inputShape,
      }),
    [5, 6, 2],
    [4, 4, 6],
    36,
  ),
  row(
    "depthwiseConv2d",
    (inputShape) => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 5, inputShape }),
    [4, 4, 3],
    [3, 3, 15],
    75,
  ),
  row(
    "separableConv1d",
    (inputShape) => layers.separableConv1d({ filters: 5, kernelSize: 3, strides: 2, inputShape }),
    [9, 4],
    [4, 5],
    37,
  ),
  row(
    "separableConv2d",
    (inputShape) =>
      layers.separableConv2d({ filters: 5, kernelSize: 3, padding: "same", depthMultiplier: 2, inputShape }),
    [6, 5, 3],
    [6, 5, 5],
    89,
  ),
  row(
    "conv1dTranspose",
    (inputShape) => layers.conv1dTranspose({ filters: 3, kernelSize: 4, strides: 2, inputShape }),
    [5, 4],
    [12, 3],
    51,
  ),
  row(
    "conv2dTranspose",
    (inputShape) =>
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same", inputShape }),
    [4, 5, 4],
    [8, 10, 3],
    111,
  ),
  row(
    "conv2dTranspose",
    (inputShape) =>
      layers.conv2dTranspose({
        filters: 4,
        kernelSize: [2, 3],
        strides: [3, 2],
        padding: [
          [1, 0],
          [0, 1],
        ],
        outputPadding: [2, 0],
        groups: 2,
        activation: "relu",
        useBias: false,
        inputShape,
      }),
    [3, 4, 6],
    [9, 8, 4],
    72,
  ),
  row(
    "conv3dTranspose",
    (inputShape) => layers.conv3dTranspose({ filters: 2, kernelSize: 2, strides: [1, 2, 2], inputShape }),
    [2, 3, 3, 3],
    [3, 6, 6, 2],
    50,
  ),
];
