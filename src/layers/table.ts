import { activation } from "./activation.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { globalAveragePooling2d } from "./global-average-pooling2d.ts";
import { input } from "./input.ts";
import { averagePooling2d, maxPooling2d } from "./pooling2d.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

/** Layers that a saved model or a JSON spec can name. Only who reads those imports this. */
export const layerTable = {
  activation,
  averagePooling2d,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling2d,
  input,
  maxPooling2d,
  rescaling,
  reshape,
  zeroPadding2d,
};
