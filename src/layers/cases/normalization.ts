import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const normalizationCases: LayerCase[] = [
  row(
    "batchNormalization",
    (inputShape) => layers.batchNormalization({ inputShape }),
    [4, 3, 2],
    [4, 3, 2],
    8,
  ),
  row(
    "batchNormalization",
    (inputShape) =>
      layers.batchNormalization({
        axis: 1,
        momentum: 0.5,
        epsilon: 0.01,
        scale: false,
        betaInitializer: "ones",
        movingMeanInitializer: { name: "constant", value: 0.5 },
        inputShape,
      }),
    [4, 3],
    [4, 3],
    12,
  ),
  row(
    "batchNormalization",
    (inputShape) => layers.batchNormalization({ center: false, inputShape }),
    [5],
    [5],
    15,
  ),
];
