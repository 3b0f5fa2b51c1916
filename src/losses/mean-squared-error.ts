import { square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import type { Loss } from "./loss.ts";

/**
 * Mean of (label − output)² over the last axis.
 *
 * @see https://keras.io/api/losses/regression_losses/#meansquarederror-class
 * @example
 * model.compile({ optimizer: "sgd", loss: losses.meanSquaredError() });
 */
export function meanSquaredError(): Loss {
  return {
    name: "meanSquaredError",
    options: {},
    labels: "values",
    write: (labels, { output }) => reduceMean(square(subtract(labels, output)), { axes: -1 }),
  };
}
