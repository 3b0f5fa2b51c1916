import { add, divide, log, multiply, negate, pow, sigmoid, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { axisLast } from "./axes.ts";
import { bernoulliLoss, type CrossentropyOptions, smoothed } from "./crossentropy.ts";
import { bounded } from "./log-loss.ts";
import type { Loss } from "./loss.ts";
import { lossSettings, requireBetween } from "./options.ts";

export interface CategoricalFocalOptions extends CrossentropyOptions {
  /** Weight of all classes, or of each. Default 0.25. */
  alpha?: number | readonly number[];
  /** How much less predictions count that are right already. Default 2. */
  gamma?: number;
}

export interface BinaryFocalOptions extends CrossentropyOptions {
  /** Weight `alpha` for labels of 1 and 1 − `alpha` for labels of 0. Default false. */
  applyClassBalancing?: boolean;
  /** Default 0.25. */
  alpha?: number;
  /** How much less predictions count that are right already. Default 2. */
  gamma?: number;
}

/**
 * Cross-entropy in which what is right already counts little: −Σ α (1 − p)^γ · label · log p along an axis. Labels are
 * one-hot.
 *
 * @throws OptionError for options that make no sense.
 * @see Lin et al. 2017, "Focal loss for dense object detection"
 * @see https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class
 * @example
 * const loss = losses.categoricalFocalCrossentropy({ alpha: 0.5, gamma: 3 });
 */
export function categoricalFocalCrossentropy(options: CategoricalFocalOptions = {}): Loss {
  const name = "categoricalFocalCrossentropy";
  const defaults = {
    alpha: 0.25 as number | readonly number[],
    gamma: 2,
    fromLogits: false,
    labelSmoothing: 0,
    axis: -1,
  };
  const { own, base } = lossSettings(name, options, defaults);
  const { alpha, gamma, fromLogits, labelSmoothing, axis } = own;
  requireBetween(`losses.${name}`, "labelSmoothing", labelSmoothing, 0, 1);
  requireBetween(`losses.${name}`, "gamma", gamma, 0);
  for (const weight of [alpha].flat()) requireBetween(`losses.${name}`, "alpha", weight, 0);
  return {
    ...base,
    axis,
    write(labels, { output }) {
      const turned = axisLast(name, labels, axis);
      const targets = smoothed(turned, labelSmoothing, turned.shape[turned.shape.length - 1]);
      const outputs = axisLast(name, output, axis);
      const given = fromLogits ? softmax(outputs) : outputs;
      const p = bounded(divide(given, reduceSum(given, { axes: -1, keepDims: true })));
      const weights =
        typeof alpha === "number" ? alpha : output.graph.constant(Float32Array.from(alpha), [alpha.length]);
      const price = multiply(multiply(pow(subtract(1, p), gamma), weights), multiply(targets, log(p)));
      return negate(reduceSum(price, { axes: -1 }));
    },
  };
}

/**
 * Cross-entropy of yes-or-no outputs in which what is right already counts little: (1 − pₜ)^γ times it, where pₜ is the
 * probability of the label; the mean over an axis.
 *
 * @throws OptionError for options that make no sense.
 * @see Lin et al. 2017, "Focal loss for dense object detection"
 * @see https://keras.io/api/losses/probabilistic_losses/#binaryfocalcrossentropy-class
 * @example
 * const loss = losses.binaryFocalCrossentropy({ applyClassBalancing: true });
 */
export function binaryFocalCrossentropy(options: BinaryFocalOptions = {}): Loss {
  const name = "binaryFocalCrossentropy";
  const defaults = {
    applyClassBalancing: false,
    alpha: 0.25,
    gamma: 2,
    fromLogits: false,
    labelSmoothing: 0,
    axis: -1,
  };
  const { own, base } = lossSettings(name, options, defaults);
  const { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis } = own;
  requireBetween(`losses.${name}`, "labelSmoothing", labelSmoothing, 0, 1);
  requireBetween(`losses.${name}`, "gamma", gamma, 0);
  requireBetween(`losses.${name}`, "alpha", alpha, 0, 1);
  return {
    ...base,
    axis,
    write(labels, { output }) {
      const y = smoothed(labels, labelSmoothing, 2);
      const p = fromLogits ? sigmoid(output) : output;
      const right = add(multiply(y, p), multiply(subtract(1, y), subtract(1, p)));
      const focal = multiply(pow(subtract(1, right), gamma), bernoulliLoss(y, p));
      const weight = add(multiply(y, alpha), multiply(subtract(1, y), 1 - alpha));
      return reduceMean(applyClassBalancing ? multiply(weight, focal) : focal, { axes: axis });
    },
  };
}
