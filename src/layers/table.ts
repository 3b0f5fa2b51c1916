import type { NameTable } from "../core/name-table.ts";
import { activation } from "./activation.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { inputLayer } from "./input.ts";
import type { Layer } from "./layer.ts";
import { maxPooling2d } from "./pooling.ts";

const common = { activation, conv2d, dense, dropout, flatten, input: inputLayer, maxPooling2d };

/** Layers that a saved model or a JSON spec can name. Only who reads those imports this. */
export const layerTable: NameTable<(options: never) => Layer> = {
  common,
  further: [
    "add",
    "average",
    "averagePooling1d",
    "averagePooling2d",
    "averagePooling3d",
    "batchNormalization",
    "concatenate",
    "conv1d",
    "conv1dTranspose",
    "conv2dTranspose",
    "conv3d",
    "conv3dTranspose",
    "cropping1d",
    "cropping2d",
    "cropping3d",
    "depthwiseConv1d",
    "depthwiseConv2d",
    "dot",
    "globalAveragePooling1d",
    "globalAveragePooling2d",
    "globalAveragePooling3d",
    "globalMaxPooling1d",
    "globalMaxPooling2d",
    "globalMaxPooling3d",
    "maxPooling1d",
    "maxPooling3d",
    "maximum",
    "minimum",
    "multiply",
    "rescaling",
    "reshape",
    "separableConv1d",
    "separableConv2d",
    "subtract",
    "zeroPadding1d",
    "zeroPadding2d",
    "zeroPadding3d",
  ],
  load: async () => (await import("./further.ts")).furtherLayers,
};
