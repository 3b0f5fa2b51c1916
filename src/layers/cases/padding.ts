import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const paddingCases: LayerCase[] = [
  row(
    "zeroPadding2d",
    (inputShape) =>
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
        inputShape,
      }),
    [4, 4, 2],
    [7, 7, 2],
  ),

  row("zeroPadding1d", (inputShape) => layers.zeroPadding1d({ padding: [2, 1], inputShape }), [5, 3], [8, 3]),
  row(
    "zeroPadding3d",
    (inputShape) => layers.zeroPadding3d({ padding: [0, 1, [2, 0]], inputShape }),
    [2, 3, 4, 2],
    [2, 5, 6, 2],
  ),
  row("cropping1d", (inputShape) => layers.cropping1d({ inputShape }), [5, 3], [3, 3]),
  row(
    "cropping2d",
    (inputShape) =>
      layers.cropping2d({
        cropping: [
          [1, 2],
          [0, 1],
        ],
        inputShape,
      }),
    [6, 5, 3],
    [3, 4, 3],
  ),
  row(
    "cropping3d",
    (inputShape) => layers.cropping3d({ cropping: [1, 0, 1], inputShape }),
    [3, 2, 4, 2],
    [1, 2, 2, 2],
  ),
];
