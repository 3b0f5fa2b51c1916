import type { Value } from "../graph/graph.ts";

/**
 * Leaves its input as it is.
 *
 * @see https://keras.io/api/layers/activations/#linear-function
 * @example
 * layers.dense({ units: 10, activation: "linear" }); // the default
 */
export function linear(input: Value): Value {
  return input;
}
