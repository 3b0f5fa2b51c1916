import type { Value } from "../graph/graph.ts";

/** A function that is applied to a layer's sums. */
export type Activation = (input: Value) => Value;
