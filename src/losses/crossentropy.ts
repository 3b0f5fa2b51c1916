import { checkOptions } from "../core/names.ts";
import type { Value } from "../graph/graph.ts";
import {
  abs,
  add,
  divide,
  exp,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  subtract,
} from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/labels.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { softmaxCrossEntropy } from "../graph/ops/softmax.ts";
import type { Loss, Prediction } from "./loss.ts";

export interface CrossentropyOptions {
  /** The outputs are no probabilities: softmax or sigmoid is part of the loss. Default false. */
  fromLogits?: boolean;
}

/** Keras's bounds of a probability whose logarithm is taken, rounded to float32 as Keras does. */
const leastProbability = Math.fround(1e-7);
const mostProbability = Math.fround(1 - 1e-7);

function bounded(probabilities: Value): Value {
  return minimum(maximum(probabilities, leastProbability), mostProbability);
}

function logitsOf(
  { output, logits }: Prediction,
  activation: "softmax" | "sigmoid",
  fromLogits: boolean,
): Value | undefined {
  if (fromLogits) return output;
  return logits?.activation === activation ? logits.value : undefined;
}

/** −Σ targets · log(probabilities) along the last axis; the probabilities are divided by their sum first, as in Keras. */
function logLoss(targets: Value, output: Value): Value {
  const probabilities = divide(output, reduceSum(output, { axes: -1, keepDims: true }));
  return negate(reduceSum(multiply(targets, log(bounded(probabilities))), { axes: -1 }));
}

function checked(name: string, options: CrossentropyOptions): boolean {
  checkOptions(`losses.${name}`, options, ["fromLogits"]);
  return options.fromLogits ?? false;
}

/**
 * Cross-entropy for whole-number labels: −log of the probability of the right class.
 *
 * Where the network ends in softmax the loss works on the numbers before it; other probabilities are bounded by 1e-7
 * as in Keras.
 *
 * @see https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
 */
export function sparseCategoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const fromLogits = checked("sparseCategoricalCrossentropy", options);
  return {
    name: "sparseCategoricalCrossentropy",
    options: { fromLogits },
    labels: "classes",
    write(labels, prediction) {
      const { shape } = prediction.output;
      const targets = oneHot(labels, shape[shape.length - 1]);
      const logits = logitsOf(prediction, "softmax", fromLogits);
      return logits ? softmaxCrossEntropy(logits, targets) : logLoss(targets, prediction.output);
    },
  };
}

/**
 * Cross-entropy for labels that are vectors of probabilities (one-hot): −Σ label · log(probability).
 *
 * @see https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.categoricalCrossentropy() });
 */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const fromLogits = checked("categoricalCrossentropy", options);
  return {
    name: "categoricalCrossentropy",
    options: { fromLogits },
    labels: "values",
    write(labels, prediction) {
      const logits = logitsOf(prediction, "softmax", fromLogits);
      return logits ? softmaxCrossEntropy(logits, labels) : logLoss(labels, prediction.output);
    },
  };
}

/**
 * Cross-entropy of independent yes-or-no outputs: −(y · log p + (1 − y) · log(1 − p)), the mean over the last axis.
 *
 * @see https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.binaryCrossentropy() });
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const fromLogits = checked("binaryCrossentropy", options);
  return {
    name: "binaryCrossentropy",
    options: { fromLogits },
    labels: "values",
    write(labels, prediction) {
      const logits = logitsOf(prediction, "sigmoid", fromLogits);
      return reduceMean(logits ? logisticLoss(labels, logits) : bernoulliLoss(labels, prediction.output), {
        axes: -1,
      });
    },
  };
}

/** max(x, 0) − x·y + log(1 + e^−|x|): the loss of sigmoid(x) without its overflow. */
function logisticLoss(labels: Value, x: Value): Value {
  const softplus = log(add(exp(negate(abs(x))), 1));
  return add(subtract(maximum(x, 0), multiply(x, labels)), softplus);
}

function bernoulliLoss(labels: Value, probabilities: Value): Value {
  const p = bounded(probabilities);
  return negate(add(multiply(labels, log(p)), multiply(subtract(1, labels), log(subtract(1, p)))));
}
