import type { OpDefinition } from "../operand.ts";
import { activations } from "./activations.ts";
import { blocks } from "./blocks.ts";
import { convolutions } from "./convolutions.ts";
import { elementwise } from "./elementwise.ts";
import { normalizations } from "./normalizations.ts";
import { pools } from "./pools.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { resizing } from "./resize.ts";
import { shapes } from "./shapes.ts";

/** Every op that is understood, by ONNX's name. */
export const onnxOps: ReadonlyMap<string, OpDefinition> = new Map(
  Object.entries({
    ...activations,
    ...blocks,
    ...convolutions,
    ...elementwise,
    ...normalizations,
    ...pools,
    ...products,
    ...reductions,
    ...resizing,
    ...shapes,
  }),
);
