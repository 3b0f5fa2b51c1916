import { type Shape, sizeOf } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { broadcastTo, reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { Metric, MetricContext, Totals } from "./metric.ts";

/** Weights of samples as weights of predictions: [N] → [N, …]. */
function repeated(weights: Value, shape: Shape): Value {
  const missing = Math.max(0, shape.length - weights.shape.length);
  const aligned = reshape(weights, [...weights.shape, ...new Array<number>(missing).fill(1)]);
  return broadcastTo(aligned, shape);
}

/** Writes what a metric wants summed, or kept, of one batch: a value for each total. */
export function writeMetric(
  metric: Metric,
  labels: Value,
  output: Value,
  context: MetricContext,
): Readonly<Record<string, Value>> {
  const written = metric.write(labels, output, context);
  if (!isValue(written)) return written;
  if (!context.weights) {
    return { total: reduceSum(written), count: output.graph.constant(sizeOf(written.shape)) };
  }
  const weights = repeated(context.weights, written.shape);
  return { total: reduceSum(multiply(written, weights)), count: reduceSum(weights) };
}

function isValue(written: Value | Readonly<Record<string, Value>>): written is Value {
  return "graph" in written && "source" in written;
}

/** What a metric reports for totals: `result`, or the mean. */
export function metricResult(metric: Metric, totals: Totals): number {
  if (metric.result) return metric.result(totals);
  const [count] = totals.count;
  return count === 0 ? 0 : totals.total[0] / count;
}
