import * as layers from "../index.ts";
import { type LayerCase, row } from "./layer-case.ts";

export const coreCases: LayerCase[] = [
  row("dense", (inputShape) => layers.dense({ units: 7, activation: "softmax", inputShape }), [5], [7], 42),
  row("dense", (inputShape) => layers.dense({ units: 2, useBias: false, inputShape }), [4, 3], [4, 2], 6),
  row("flatten", (inputShape) => layers.flatten({ inputShape }), [4, 3, 2], [24]),
  row("reshape", (inputShape) => layers.reshape({ targetShape: [2, -1], inputShape }), [4, 3], [2, 6]),
  row("dropout", (inputShape) => layers.dropout({ rate: 0.5, inputShape }), [4, 3], [4, 3]),
  row("rescaling", (inputShape) => layers.rescaling({ scale: 2, offset: -1, inputShape }), [4], [4]),
  row("input", (shape) => layers.input({ shape }).call.layer, [4, 4], [4, 4]),
];
