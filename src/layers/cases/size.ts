import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

/** Layers that change the size of images. */
export const sizeCases: LayerCase[] = [
  row("upSampling1d", (inputShape) => layers.upSampling1d({ size: 3, inputShape }), [4, 3], [12, 3]),
  row("upSampling2d", (inputShape) => layers.upSampling2d({ inputShape }), [3, 4, 5], [6, 8, 5]),
  row(
    "upSampling2d",
    (inputShape) => layers.upSampling2d({ size: [2, 3], interpolation: "bilinear", inputShape }),
    [3, 4, 2],
    [6, 12, 2],
  ),
  row(
    "upSampling3d",
    (inputShape) => layers.upSampling3d({ size: [1, 2, 3], inputShape }),
    [2, 3, 2, 4],
    [2, 6, 6, 4],
  ),
  row("resizing", (inputShape) => layers.resizing({ height: 4, width: 9, inputShape }), [7, 6, 3], [4, 9, 3]),
  row(
    "resizing",
    (inputShape) =>
      layers.resizing({
        height: 3,
        width: 3,
        interpolation: "lanczos3",
        antialias: true,
        cropToAspectRatio: true,
        inputShape,
      }),
    [8, 11, 1],
    [3, 3, 1],
  ),
  row(
    "resizing",
    (inputShape) =>
      layers.resizing({
        height: 5,
        width: 5,
        interpolation: "nearest",
        padToAspectRatio: true,
        fillValue: 0.5,
        inputShape,
      }),
    [4, 7, 3],
    [5, 5, 3],
  ),
  row(
    "centerCrop",
    (inputShape) => layers.centerCrop({ height: 3, width: 2, inputShape }),
    [6, 5, 3],
    [3, 2, 3],
  ),
  row(
    "centerCrop",
    (inputShape) => layers.centerCrop({ height: 6, width: 4, inputShape }),
    [5, 9, 2],
    [6, 4, 2],
  ),
  row("depthToSpace", (inputShape) => layers.depthToSpace({ inputShape }), [3, 2, 12], [6, 4, 3]),
  row(
    "spaceToDepth",
    (inputShape) => layers.spaceToDepth({ blockSize: 3, inputShape }),
    [6, 3, 2],
    [2, 1, 18],
  ),
  ...[layers.adaptiveAveragePooling1d, layers.adaptiveMaxPooling1d].map((make) =>
    row(make({ outputSize: 1 }).type, (inputShape) => make({ outputSize: 3, inputShape }), [8, 3], [3, 3]),
  ),
  ...[layers.adaptiveAveragePooling2d, layers.adaptiveMaxPooling2d].flatMap((make) => [
    row(
      make({ outputSize: 1 }).type,
      (inputShape) => make({ outputSize: [2, 3], inputShape }),
      [4, 6, 3],
      [2, 3, 3],
    ),
    row(
      make({ outputSize: 1 }).type,
      (inputShape) => make({ outputSize: [3, 4], inputShape }),
      [7, 2, 5],
      [3, 4, 5],
    ),
  ]),
  ...[layers.adaptiveAveragePooling3d, layers.adaptiveMaxPooling3d].map((make) =>
    row(
      make({ outputSize: 1 }).type,
      (inputShape) => make({ outputSize: [1, 2, 3], inputShape }),
      [2, 5, 4, 2],
      [1, 2, 3, 2],
    ),
  ),
];
