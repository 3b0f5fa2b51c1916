import { abs, divide, maximum, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings } from "./options.ts";

/**
 * Mean of |label − output| over the last axis.
 *
 * @see https://keras.io/api/losses/regression_losses/#meanabsoluteerror-class
 * @example
 * const loss = losses.meanAbsoluteError({ reduction: "sum" });
 */
export function meanAbsoluteError(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("meanAbsoluteError", options, {}).base,
    write: (labels, { output }) => reduceMean(abs(subtract(labels, output)), { axes: -1 }),
  };
}

/**
 * Mean of 100 · |label − output| / |label| over the last axis; labels nearer to 0 than 1e-7 count as 1e-7.
 *
 * @see https://keras.io/api/losses/regression_losses/#meanabsolutepercentageerror-class
 * @example
 * const loss = losses.meanAbsolutePercentageError();
 */
export function meanAbsolutePercentageError(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("meanAbsolutePercentageError", options, {}).base,
    write(labels, { output }) {
      const share = abs(divide(subtract(labels, output), maximum(abs(labels), 1e-7)));
      return multiply(reduceMean(share, { axes: -1 }), 100);
    },
  };
}
