import { resolveAxis } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { cast } from "../graph/ops/elementwise.ts";
import { argMax, oneHot } from "../graph/ops/labels.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { MetricContext } from "./metric.ts";

/** Labels as numbers of the output's shape: class numbers become one-hot. */
export function labelValues(labels: Value, output: Value, { loss }: MetricContext): Value {
  if (loss?.labels === "classes") return oneHot(labels, output.shape[output.shape.length - 1]);
  return cast(labels);
}

/** Labels as class numbers, [N, …]: of one-hot labels the largest. */
export function labelClasses(labels: Value, output: Value, { loss }: MetricContext): Value {
  if (loss?.labels === "classes" || labels.shape.length < output.shape.length) return cast(labels);
  return cast(argMax(cast(labels)));
}

/** Weights of samples or predictions, [N, …], set so that they repeat along the axes of `value` behind theirs. */
export function weightsAlong(weights: Value | undefined, value: Value): Value | undefined {
  if (!weights) return undefined;
  resolveAxis("weights", value.shape.length, weights.shape.length - 1);
  const missing = value.shape.length - weights.shape.length;
  return reshape(weights, [...weights.shape, ...new Array<number>(missing).fill(1)]);
}
