import type { NameTable } from "../core/name-table.ts";
import { activation } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { concatenate } from "./concatenate.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling2d } from "./global-average-pooling2d.ts";
import { inputLayer } from "./input.ts";
import type { Layer } from "./layer.ts";
import { add, average, maximum, minimum, multiply, subtract } from "./merge.ts";
import { averagePooling2d, maxPooling2d } from "./pooling2d.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

const common = {
  activation,
  add,
  average,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  input: inputLayer,
  maximum,
  maxPooling2d,
  minimum,
  multiply,
  rescaling,
  reshape,
  subtract,
  zeroPadding2d,
};

/** Layers that a saved model or a JSON spec can name. Only who reads those imports this. */
export const layerTable: NameTable<(options: never) => Layer> = {
  common,
  further: ["dot"],
  load: async () => (await import("./further.ts")).furtherLayers,
};
