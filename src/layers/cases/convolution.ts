import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const convolutionCases: LayerCase[] = [
  row(
    "conv2d",
    (inputShape) => layers.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    [6, 5, 2],
    [4, 3, 4],
    76,
  ),
  row(
    "conv2d",
    (inputShape) =>
      layers.conv2d({
        filters: 6,
        kernelSize: [2, 3],
        strides: [2, 1],
        padding: "same",
        groups: 2,
        useBias: false,
        activation: "tanh",
        inputShape,
      }),
    [7, 5, 4],
    [4, 5, 6],
    72,
  ),
  row(
    "conv2d",
    (inputShape) =>
      layers.conv2d({
        filters: 2,
        kernelSize: 3,
        dilationRate: 2,
        padding: [
          [1, 0],
          [2, 2],
        ],
        kernelInitializer: "heNormal",
        biasInitializer: "ones",
        kernelRegularizer: "l2",
        kernelConstraint: "nonNeg",
        activityRegularizer: { name: "l1", l1: 0.02 },
        inputShape,
      }),
    [6, 6, 1],
    [3, 6, 2],
    20,
  ),
];
