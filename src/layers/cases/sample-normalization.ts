import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const sampleNormalizationCases: LayerCase[] = [
  row(
    "layerNormalization",
    (inputShape) => layers.layerNormalization({ inputShape }),
    [4, 3, 5],
    [4, 3, 5],
    10,
  ),
  row(
    "layerNormalization",
    (inputShape) =>
      layers.layerNormalization({
        axis: [-1, 1],
        epsilon: 0.1,
        gammaRegularizer: "l2",
        center: false,
        inputShape,
      }),
    [4, 3, 2],
    [4, 3, 2],
    8,
  ),
  row(
    "groupNormalization",
    (inputShape) => layers.groupNormalization({ groups: 2, inputShape }),
    [4, 3, 6],
    [4, 3, 6],
    12,
  ),
  row(
    "groupNormalization",
    (inputShape) => layers.groupNormalization({ groups: -1, axis: 1, scale: false, inputShape }),
    [4, 3, 2],
    [4, 3, 2],
    4,
  ),
  row("gaussianNoise", (inputShape) => layers.gaussianNoise({ stddev: 0.1, inputShape }), [5], [5]),
  row("gaussianDropout", (inputShape) => layers.gaussianDropout({ rate: 0.2, inputShape }), [5], [5]),
  row("permute", (inputShape) => layers.permute({ dims: [3, 1, 2], inputShape }), [2, 3, 4], [4, 2, 3]),
  row("repeatVector", (inputShape) => layers.repeatVector({ n: 3, inputShape }), [4], [3, 4]),
  row("rmsNormalization", (inputShape) => layers.rmsNormalization({ inputShape }), [4, 3], [4, 3], 3),
  row(
    "rmsNormalization",
    (inputShape) => layers.rmsNormalization({ axis: [1, 2], epsilon: 0.1, inputShape }),
    [4, 3],
    [4, 3],
    12,
  ),
  row(
    "unitNormalization",
    (inputShape) => layers.unitNormalization({ axis: [1, 2], inputShape }),
    [4, 3],
    [4, 3],
  ),
  row("spatialDropout1d", (inputShape) => layers.spatialDropout1d({ rate: 0.5, inputShape }), [4, 3], [4, 3]),
  row(
    "spatialDropout2d",
    (inputShape) => layers.spatialDropout2d({ rate: 0.5, inputShape }),
    [2, 4, 3],
    [2, 4, 3],
  ),
  row(
    "spatialDropout3d",
    (inputShape) => layers.spatialDropout3d({ rate: 0.5, inputShape }),
    [2, 2, 4, 3],
    [2, 2, 4, 3],
  ),
  row("dropPath", (inputShape) => layers.dropPath({ rate: 0.5, inputShape }), [4, 3], [4, 3]),
  row(
    "activityRegularization",
    (inputShape) => layers.activityRegularization({ l1: 0.1, l2: 0.01, inputShape }),
    [4],
    [4],
  ),
];
