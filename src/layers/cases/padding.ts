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
];
