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

  row(
    "constantPadding1d",
    (inputShape) => layers.constantPadding1d({ padding: [0, 2], value: -1, inputShape }),
    [4, 3],
    [6, 3],
  ),
  row(
    "constantPadding2d",
    (inputShape) => layers.constantPadding2d({ value: 0.5, inputShape }),
    [4, 3, 2],
    [6, 5, 2],
  ),
  row(
    "constantPadding3d",
    (inputShape) => layers.constantPadding3d({ padding: [1, 0, 2], value: 0.25, inputShape }),
    [2, 3, 2, 2],
    [4, 3, 6, 2],
  ),
  ...[layers.reflectionPadding1d, layers.replicationPadding1d, layers.circularPadding1d].map((make) =>
    row(make().type, (inputShape) => make({ padding: [2, 1], inputShape }), [4, 3], [7, 3]),
  ),
  ...[layers.reflectionPadding2d, layers.replicationPadding2d, layers.circularPadding2d].map((make) =>
    row(make().type, (inputShape) => make({ padding: [[1, 2], 3], inputShape }), [4, 5, 6], [7, 11, 6]),
  ),
  ...[layers.reflectionPadding3d, layers.replicationPadding3d, layers.circularPadding3d].map((make) =>
    row(
      make().type,
      (inputShape) => make({ padding: [1, 0, [0, 2]], inputShape }),
      [2, 3, 3, 2],
      [4, 3, 5, 2],
    ),
  ),
];
