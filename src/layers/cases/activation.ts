import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const activationCases: LayerCase[] = [
  row("activation", (inputShape) => layers.activation({ activation: "sigmoid", inputShape }), [4, 3], [4, 3]),
  row("activation", (inputShape) => layers.activation({ activation: "hard_silu", inputShape }), [5], [5]),
  row(
    "activation",
    (inputShape) => layers.activation({ activation: { name: "gelu", approximate: true }, inputShape }),
    [5],
    [5],
  ),
  row("relu", (inputShape) => layers.relu({ inputShape }), [4, 3], [4, 3]),
  row(
    "relu",
    (inputShape) => layers.relu({ maxValue: 0.6, negativeSlope: 0.2, threshold: 0.1, inputShape }),
    [4, 3],
    [4, 3],
  ),
  row("leakyRelu", (inputShape) => layers.leakyRelu({ inputShape }), [7], [7]),
  row("leakyRelu", (inputShape) => layers.leakyRelu({ negativeSlope: 0.1, inputShape }), [7], [7]),
  row(
    "prelu",
    (inputShape) => layers.prelu({ alphaInitializer: { name: "constant", value: 0.25 }, inputShape }),
    [2, 3, 5],
    [2, 3, 5],
    30,
  ),
  row(
    "prelu",
    (inputShape) =>
      layers.prelu({
        alphaInitializer: "ones",
        alphaRegularizer: { name: "l2", l2: 0.1 },
        alphaConstraint: "nonNeg",
        sharedAxes: [1, -2],
        inputShape,
      }),
    [2, 3, 5],
    [2, 3, 5],
    5,
  ),
  row("elu", (inputShape) => layers.elu({ inputShape }), [4, 3], [4, 3]),
  row("elu", (inputShape) => layers.elu({ alpha: 0.5, inputShape }), [4, 3], [4, 3]),
  row("softmax", (inputShape) => layers.softmax({ inputShape }), [4, 3], [4, 3]),
  row("softmax", (inputShape) => layers.softmax({ axis: [1, 3], inputShape }), [2, 3, 4], [2, 3, 4]),
];
