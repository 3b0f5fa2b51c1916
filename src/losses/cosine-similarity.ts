import type { Value } from "../graph/graph.ts";
import { divide, maximum, multiply, negate, sqrt, square } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings } from "./options.ts";

export interface CosineOptions extends LossOptions {
  /** Along which vectors lie, counted with the batch as axis 0. Default −1. */
  axis?: number;
}

/** Divided by its length along an axis; what is shorter than 1e-7 is multiplied by 1e7. */
function normalized(value: Value, axis: number): Value {
  const squares = reduceSum(square(value), { axes: axis, keepDims: true });
  return divide(value, sqrt(maximum(squares, 1e-14)));
}

/** The cosine of the angle between vectors. */
export function cosineOf(labels: Value, output: Value, axis: number): Value {
  return reduceSum(multiply(normalized(labels, axis), normalized(output, axis)), { axes: axis });
}

/**
 * −1 times the cosine of the angle between label and output, along an axis: −1 for the same direction.
 *
 * @see https://keras.io/api/losses/regression_losses/#cosinesimilarity-class
 * @example
 * model.compile({ optimizer: "adam", loss: losses.cosineSimilarity({ axis: -1 }) });
 */
export function cosineSimilarity(options: CosineOptions = {}): Loss {
  const { own, base } = lossSettings("cosineSimilarity", options, { axis: -1 });
  const { axis } = own;
  return { ...base, axis, write: (labels, { output }) => negate(cosineOf(labels, output, axis)) };
}
