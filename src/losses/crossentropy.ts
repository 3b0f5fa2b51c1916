import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import {
  abs,
  add,
  cast,
  equal,
  exp,
  log,
  maximum,
  multiply,
  negate,
  subtract,
} from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/labels.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { softmaxCrossEntropy } from "../graph/ops/softmax.ts";
import { axisLast, isLast } from "./axes.ts";
import { bounded, logLoss } from "./log-loss.ts";
import type { Loss, Prediction } from "./loss.ts";
import { type LossOptions, lossSettings, requireBetween } from "./options.ts";

export interface CrossentropyOptions extends LossOptions {
  /** The outputs are no probabilities: softmax or sigmoid is part of the loss. Default false. */
  fromLogits?: boolean;
  /** Share of each label that is spread evenly over all classes, in [0, 1]. Default 0. */
  labelSmoothing?: number;
  /** Where the classes lie, counted with the batch as axis 0. Default −1. */
  axis?: number;
}

export interface SparseCrossentropyOptions extends LossOptions {
  /** The outputs are no probabilities: softmax is part of the loss. Default false. */
  fromLogits?: boolean;
  /** Predictions with this label do not count: such as 255 at the edges of objects. Default none. */
  ignoreClass?: number;
  /** Where the classes lie, counted with the batch as axis 0. Default −1. */
  axis?: number;
}

/** The numbers before softmax or sigmoid, where they are known. */
export function logitsOf(
  { output, logits }: Prediction,
  activation: "softmax" | "sigmoid",
  fromLogits: boolean,
): Value | undefined {
  if (fromLogits) return output;
  return logits?.activation === activation ? logits.value : undefined;
}

/** labels · (1 − share) + share / classes, of labels whose classes lie at the end. */
export function smoothed(labels: Value, share: number, classes: number): Value {
  return share === 0 ? labels : add(multiply(labels, 1 - share), share / classes);
}

const lastOf = (shape: Shape): number => shape[shape.length - 1];

/** Cross-entropy with targets [N, …, classes], of outputs whose classes lie along `axis`. */
function categorical(targets: Value, prediction: Prediction, fromLogits: boolean, axis: number): Value {
  const { output } = prediction;
  if (isLast("crossentropy", output.shape, axis)) {
    const logits = logitsOf(prediction, "softmax", fromLogits);
    return logits ? softmaxCrossEntropy(logits, targets) : logLoss(targets, output);
  }
  const turned = axisLast("crossentropy", output, axis);
  return fromLogits ? softmaxCrossEntropy(turned, targets) : logLoss(targets, turned);
}

/**
 * Cross-entropy for whole-number labels: −log of the probability of the right class.
 *
 * Where the network ends in softmax the loss works on the numbers before it; other probabilities are bounded by 1e-7
 * as in Keras. Predictions with `ignoreClass` add nothing and are not counted.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
 */
export function sparseCategoricalCrossentropy(options: SparseCrossentropyOptions = {}): Loss {
  const name = "sparseCategoricalCrossentropy";
  const { ignoreClass, ...others } = options;
  const { own, base } = lossSettings(name, others, { fromLogits: false, axis: -1 }, "classes");
  const { fromLogits, axis } = own;
  const counts = (labels: Value): Value => subtract(1, equal(cast(labels), ignoreClass ?? 0));
  return {
    ...base,
    options: ignoreClass === undefined ? base.options : { ...base.options, ignoreClass },
    axis,
    ignoreClass,
    write(labels, prediction) {
      const { shape } = prediction.output;
      const classes = shape[axis < 0 ? axis + shape.length : axis];
      const all = oneHot(labels, classes);
      const targets =
        ignoreClass === undefined ? all : multiply(all, reshape(counts(labels), [...labels.shape, 1]));
      return categorical(targets, prediction, fromLogits, axis);
    },
    ...(ignoreClass === undefined ? {} : { mask: counts }),
  };
}

/**
 * Cross-entropy for labels that are vectors of probabilities (one-hot): −Σ label · log(probability).
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class
 * @example
 * const loss = losses.categoricalCrossentropy({ labelSmoothing: 0.1 });
 */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "categoricalCrossentropy";
  const { own, base } = lossSettings(name, options, { fromLogits: false, labelSmoothing: 0, axis: -1 });
  const { fromLogits, labelSmoothing, axis } = own;
  requireBetween(`losses.${name}`, "labelSmoothing", labelSmoothing, 0, 1);
  return {
    ...base,
    axis,
    write(labels, prediction) {
      const targets = axisLast(name, labels, axis);
      return categorical(
        smoothed(targets, labelSmoothing, lastOf(targets.shape)),
        prediction,
        fromLogits,
        axis,
      );
    },
  };
}

/**
 * Cross-entropy of independent yes-or-no outputs: −(y · log p + (1 − y) · log(1 − p)), the mean over an axis.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class
 * @example
 * const loss = losses.binaryCrossentropy({ labelSmoothing: 0.1 });
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const name = "binaryCrossentropy";
  const { own, base } = lossSettings(name, options, { fromLogits: false, labelSmoothing: 0, axis: -1 });
  const { fromLogits, labelSmoothing, axis } = own;
  requireBetween(`losses.${name}`, "labelSmoothing", labelSmoothing, 0, 1);
  return {
    ...base,
    axis,
    write(labels, prediction) {
      const targets = smoothed(labels, labelSmoothing, 2);
      const logits = logitsOf(prediction, "sigmoid", fromLogits);
      const each = logits ? logisticLoss(targets, logits) : bernoulliLoss(targets, prediction.output);
      return reduceMean(each, { axes: axis });
    },
  };
}

/** max(x, 0) − x·y + log(1 + e^−|x|): the loss of sigmoid(x) without its overflow. */
function logisticLoss(labels: Value, x: Value): Value {
  const softplus = log(add(exp(negate(abs(x))), 1));
  return add(subtract(maximum(x, 0), multiply(x, labels)), softplus);
}

/** −(y · log p + (1 − y) · log(1 − p)) of bounded probabilities. */
export function bernoulliLoss(labels: Value, probabilities: Value): Value {
  const p = bounded(probabilities);
  return negate(add(multiply(labels, log(p)), multiply(subtract(1, labels), log(subtract(1, p)))));
}
