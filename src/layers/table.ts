import type { LateNameTable } from "../core/name-table.ts";
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
export const layerTable: LateNameTable<(options: never) => Layer> = {
  common,
  load: async () => (await import("./further.ts")).furtherLayers,
};
