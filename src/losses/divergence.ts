import type { Value } from "../graph/graph.ts";
import { add, divide, log, maximum, minimum, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings } from "./options.ts";

/**
 * Kullback and Leibler's divergence Σ label · log(label / output) along the last axis; both are bounded by 1e-7 and 1.
 *
 * @see https://keras.io/api/losses/probabilistic_losses/#kldivergence-class
 * @example
 * const loss = losses.klDivergence();
 */
export function klDivergence(options: LossOptions = {}): Loss {
  const bounded = (value: Value): Value => minimum(maximum(value, 1e-7), 1);
  return {
    ...lossSettings("klDivergence", options, {}).base,
    write(labels, { output }) {
      const targets = bounded(labels);
      return reduceSum(multiply(targets, log(divide(targets, bounded(output)))), { axes: -1 });
    },
  };
}

/**
 * output − label · log(output), the mean over the last axis: for counts.
 *
 * @see https://keras.io/api/losses/probabilistic_losses/#poisson-class
 * @example
 * model.compile({ optimizer: "adam", loss: "poisson" });
 */
export function poisson(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("poisson", options, {}).base,
    write: (labels, { output }) =>
      reduceMean(subtract(output, multiply(labels, log(add(output, 1e-7)))), { axes: -1 }),
  };
}
