import type { Value } from "../graph/graph.ts";
import { divide, log, maximum, minimum, multiply, negate } from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/labels.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { softmaxCrossEntropy } from "../graph/ops/softmax.ts";
import type { Loss, Prediction } from "./loss.ts";

/** Keras's bounds of a probability whose logarithm is taken, rounded to float32 as Keras does. */
const leastProbability = Math.fround(1e-7);
const mostProbability = Math.fround(1 - 1e-7);

export function bounded(probabilities: Value): Value {
  return minimum(maximum(probabilities, leastProbability), mostProbability);
}

/** −Σ targets · log(probabilities) along the last axis; the probabilities are divided by their sum first, as in Keras. */
export function logLoss(targets: Value, output: Value): Value {
  const probabilities = divide(output, reduceSum(output, { axes: -1, keepDims: true }));
  return negate(reduceSum(multiply(targets, log(bounded(probabilities))), { axes: -1 }));
}

/** Cross-entropy of class numbers as a string names it: with no options, and so without what they bring along. */
export function plainCrossentropy(): Loss {
  return {
    name: "sparseCategoricalCrossentropy",
    options: { fromLogits: false, axis: -1 },
    labels: "classes",
    write(labels, { output, logits }: Prediction) {
      const targets = oneHot(labels, output.shape[output.shape.length - 1]);
      return logits?.activation === "softmax"
        ? softmaxCrossEntropy(logits.value, targets)
        : logLoss(targets, output);
    },
  };
}
