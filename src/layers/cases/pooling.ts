import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const poolingCases: LayerCase[] = [
  row("maxPooling2d", (inputShape) => layers.maxPooling2d({ inputShape }), [5, 6, 3], [2, 3, 3]),
  row(
    "maxPooling2d",
    (inputShape) => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same", inputShape }),
    [5, 6, 3],
    [3, 3, 3],
  ),
  row(
    "averagePooling2d",
    (inputShape) => layers.averagePooling2d({ poolSize: [2, 3], strides: 1, inputShape }),
    [5, 6, 3],
    [4, 4, 3],
  ),
  row(
    "globalAveragePooling2d",
    (inputShape) => layers.globalAveragePooling2d({ inputShape }),
    [5, 6, 3],
    [3],
  ),
  row(
    "globalAveragePooling2d",
    (inputShape) => layers.globalAveragePooling2d({ keepdims: true, inputShape }),
    [5, 6, 3],
    [1, 1, 3],
  ),
];
