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

  row("maxPooling1d", (inputShape) => layers.maxPooling1d({ inputShape }), [7, 3], [3, 3]),
  row(
    "maxPooling3d",
    (inputShape) => layers.maxPooling3d({ poolSize: [1, 2, 2], strides: 2, padding: "same", inputShape }),
    [3, 4, 5, 3],
    [2, 2, 3, 3],
  ),
  row(
    "averagePooling1d",
    (inputShape) => layers.averagePooling1d({ poolSize: 3, strides: 1, padding: "same", inputShape }),
    [7, 3],
    [7, 3],
  ),
  row(
    "averagePooling3d",
    (inputShape) => layers.averagePooling3d({ inputShape }),
    [4, 4, 5, 3],
    [2, 2, 2, 3],
  ),
  row("globalAveragePooling1d", (inputShape) => layers.globalAveragePooling1d({ inputShape }), [7, 3], [3]),
  row(
    "globalAveragePooling3d",
    (inputShape) => layers.globalAveragePooling3d({ inputShape }),
    [2, 3, 4, 5],
    [5],
  ),
  row("globalMaxPooling1d", (inputShape) => layers.globalMaxPooling1d({ inputShape }), [7, 3], [3]),
  row(
    "globalMaxPooling2d",
    (inputShape) => layers.globalMaxPooling2d({ keepdims: true, inputShape }),
    [5, 6, 3],
    [1, 1, 3],
  ),
  row("globalMaxPooling3d", (inputShape) => layers.globalMaxPooling3d({ inputShape }), [2, 3, 4, 5], [5]),
];
