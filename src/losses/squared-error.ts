import type { Value } from "../graph/graph.ts";
import { add, log, maximum, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings } from "./options.ts";

/**
 * Mean of (label − output)² over the last axis.
 *
 * @see https://keras.io/api/losses/regression_losses/#meansquarederror-class
 * @example
 * model.compile({ optimizer: "sgd", loss: losses.meanSquaredError() });
 */
export function meanSquaredError(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("meanSquaredError", options, {}).base,
    write: (labels, { output }) => reduceMean(square(subtract(labels, output)), { axes: -1 }),
  };
}

/**
 * Mean of (log(label + 1) − log(output + 1))² over the last axis; numbers below 1e-7 count as 1e-7.
 *
 * @see https://keras.io/api/losses/regression_losses/#meansquaredlogarithmicerror-class
 * @example
 * const loss = losses.meanSquaredLogarithmicError();
 */
export function meanSquaredLogarithmicError(options: LossOptions = {}): Loss {
  const logarithm = (value: Value): Value => log(add(maximum(value, 1e-7), 1));
  return {
    ...lossSettings("meanSquaredLogarithmicError", options, {}).base,
    write: (labels, { output }) =>
      reduceMean(square(subtract(logarithm(output), logarithm(labels))), { axes: -1 }),
  };
}
