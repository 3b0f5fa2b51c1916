import { type Shape, sizeOf } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { divide, greater, multiply, select } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { Loss, Prediction } from "./loss.ts";

/** Weights of samples as weights of predictions: [N] → [N, 1, …], so that they repeat along the other axes. */
export function weightsFor(weights: Value, shape: Shape): Value {
  const missing = shape.length - weights.shape.length;
  return missing <= 0 ? weights : reshape(weights, [...weights.shape, ...new Array<number>(missing).fill(1)]);
}

/** 0 where the divisor is 0. */
function safeDivide(dividend: Value, divisor: Value): Value {
  const isThere = greater(divisor, 0);
  return multiply(divide(dividend, select(isThere, divisor, 1)), isThere);
}

/**
 * The loss of a batch: what `write` gives for each prediction, times weights and mask, reduced as the loss says. Where a
 * mask leaves predictions out, `"sumOverBatchSize"` divides by the number of the others.
 *
 * @param weights how much each prediction counts: [N] or [N, …]
 * @returns a single number, shape `[]`; with reduction `"none"` those of the predictions, [N, …]
 * @see https://keras.io/api/losses/
 */
export function reduceLoss(loss: Loss, labels: Value, prediction: Prediction, weights?: Value): Value {
  const { reduction = "sumOverBatchSize" } = loss;
  const values = loss.write(labels, prediction);
  const { shape } = values;
  const mask = loss.mask?.(labels);
  const factors = [weights && weightsFor(weights, shape), mask].filter((factor) => factor !== undefined);
  const weighted = factors.reduce(multiply, values);
  if (reduction === "none") return weighted;
  const sum = reduceSum(weighted);
  if (reduction === "sum") return sum;
  if (reduction === "meanWithSampleWeight" && factors.length > 0) {
    /* One number for each prediction, also where a weight stands for all of a sample. */
    const all = factors.reduce(multiply, values.graph.constant(1, shape));
    return safeDivide(sum, reduceSum(all));
  }
  return mask ? safeDivide(sum, reduceSum(mask)) : multiply(sum, 1 / sizeOf(weighted.shape));
}
