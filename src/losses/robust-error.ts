import {
  abs,
  add,
  lessEqual,
  multiply,
  select,
  softplus,
  square,
  subtract,
} from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings, requireBetween } from "./options.ts";

export interface HuberOptions extends LossOptions {
  /** Error from which on the loss grows in a straight line. Default 1. */
  delta?: number;
}

/**
 * Squared error of small errors, absolute error of large ones: e² / 2 up to δ, then δ · |e| − δ² / 2; the mean over the
 * last axis.
 *
 * @throws OptionError unless delta is at least 0.
 * @see https://keras.io/api/losses/regression_losses/#huber-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.huber({ delta: 2 }) });
 */
export function huber(options: HuberOptions = {}): Loss {
  const { own, base } = lossSettings("huber", options, { delta: 1 });
  const { delta } = own;
  requireBetween("losses.huber", "delta", delta, 0);
  return {
    ...base,
    write(labels, { output }) {
      const error = subtract(output, labels);
      const size = abs(error);
      const near = multiply(square(error), 0.5);
      const far = subtract(multiply(size, delta), 0.5 * delta * delta);
      return reduceMean(select(lessEqual(size, delta), near, far), { axes: -1 });
    },
  };
}

/**
 * log(cosh(output − label)), the mean over the last axis: about e² / 2 for small errors and |e| − log 2 for large ones.
 *
 * @see https://keras.io/api/losses/regression_losses/#logcosh-class
 * @example
 * model.compile({ optimizer: "adam", loss: "logCosh" });
 */
export function logCosh(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("logCosh", options, {}).base,
    write(labels, { output }) {
      const error = subtract(output, labels);
      return reduceMean(subtract(add(error, softplus(multiply(error, -2))), Math.LN2), { axes: -1 });
    },
  };
}
