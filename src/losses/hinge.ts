import type { Value } from "../graph/graph.ts";
import { add, equal, maximum, multiply, select, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMax, reduceMean, reduceMin } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings } from "./options.ts";

/** Labels as −1 and 1; where all of a batch are 0 or 1, they stand for those. */
function signed(labels: Value): Value {
  const isBinary = reduceMin(maximum(equal(labels, 0), equal(labels, 1)));
  return select(isBinary, subtract(multiply(labels, 2), 1), labels);
}

const margin = (labels: Value, output: Value): Value =>
  maximum(subtract(1, multiply(signed(labels), output)), 0);

/**
 * max(1 − label · output, 0), the mean over the last axis. Labels are −1 or 1; 0 and 1 are taken for those.
 *
 * @see https://keras.io/api/losses/hinge_losses/#hinge-class
 * @example
 * model.compile({ optimizer: "adam", loss: "hinge" });
 */
export function hinge(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("hinge", options, {}).base,
    write: (labels, { output }) => reduceMean(margin(labels, output), { axes: -1 }),
  };
}

/**
 * max(1 − label · output, 0)², the mean over the last axis. Labels are −1 or 1; 0 and 1 are taken for those.
 *
 * @see https://keras.io/api/losses/hinge_losses/#squaredhinge-class
 * @example
 * model.compile({ optimizer: "adam", loss: "squaredHinge" });
 */
export function squaredHinge(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("squaredHinge", options, {}).base,
    write: (labels, { output }) => reduceMean(square(margin(labels, output)), { axes: -1 }),
  };
}

/**
 * max(wrong − right + 1, 0): right is the output of the labelled class, wrong the largest of the others. Labels are
 * one-hot.
 *
 * @see https://keras.io/api/losses/hinge_losses/#categoricalhinge-class
 * @example
 * const loss = losses.categoricalHinge();
 */
export function categoricalHinge(options: LossOptions = {}): Loss {
  return {
    ...lossSettings("categoricalHinge", options, {}).base,
    write(labels, { output }) {
      const right = reduceSum(multiply(labels, output), { axes: -1 });
      const wrong = reduceMax(multiply(subtract(1, labels), output), { axes: -1 });
      return maximum(add(subtract(wrong, right), 1), 0);
    },
  };
}
