import * as layers from "../index.ts";
import { type LayerCase, merge } from "./layer-case.ts";

export const mergingCases: LayerCase[] = [
  ...[layers.add, layers.multiply, layers.average, layers.maximum, layers.minimum].flatMap((make) => [
    merge(
      make().type,
      () => make(),
      [
        [4, 3],
        [4, 3],
        [4, 3],
      ],
      [4, 3],
    ),
    merge(make().type, () => make(), [[3], [2, 4, 3]], [2, 4, 3]),
  ]),
  merge(
    "subtract",
    () => layers.subtract(),
    [
      [4, 3],
      [1, 3],
    ],
    [4, 3],
  ),
  merge(
    "concatenate",
    () => layers.concatenate(),
    [
      [4, 2],
      [4, 3],
      [4, 1],
    ],
    [4, 6],
  ),
  merge(
    "concatenate",
    () => layers.concatenate({ axis: 1 }),
    [
      [2, 3],
      [4, 3],
    ],
    [6, 3],
  ),
  merge("dot", () => layers.dot({ axes: 1 }), [[5], [5]], [1]),
  merge(
    "dot",
    () => layers.dot({ axes: [2, -2], normalize: true }),
    [
      [3, 4],
      [4, 2],
    ],
    [3, 2],
  ),
];
