import type { Value } from "../graph/graph.ts";
import { equal, greater, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { labelValues, weightsAlong } from "./labels.ts";
import type { Metric, MetricContext, Totals } from "./metric.ts";
import { type MetricOptions, metricSettings } from "./options.ts";

export interface ThresholdOptions extends MetricOptions {
  /** Outputs above it say yes. Default 0.5. */
  threshold?: number;
  /** Only this class counts. Default all. */
  classId?: number | null;
}

/** 0 where the divisor is 0. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Labels, outputs and weights of every output in a row: [n]. Labels other than 0 are yes. */
export function flatPairs(labels: Value, output: Value, context: MetricContext, classId: number | null) {
  const values = labelValues(labels, output, context);
  const isYes = reshape(subtract(1, equal(values, 0)), output.shape);
  const given = weightsAlong(context.weights, output);
  const last = output.shape[output.shape.length - 1];
  const counts =
    classId === null
      ? undefined
      : output.graph.constant(
          Float32Array.from({ length: last }, (_, i) => (i === classId ? 1 : 0)),
          [last],
        );
  const weights = [given, counts].filter((factor) => factor !== undefined);
  const ones = output.graph.constant(1, output.shape);
  return {
    isYes: reshape(isYes, [-1]),
    output: reshape(output, [-1]),
    weights: reshape(weights.reduce(multiply, ones), [-1]),
  };
}

/** Writes true and false positives and negatives at each of some thresholds: [T]. */
export function writeCounts(
  labels: Value,
  output: Value,
  context: MetricContext,
  thresholds: readonly number[],
  classId: number | null = null,
): Record<string, Value> {
  const flat = flatPairs(labels, output, context, classId);
  const limits = output.graph.constant(Float32Array.from(thresholds), [thresholds.length, 1]);
  const says = greater(flat.output, limits);
  const yes = multiply(flat.isYes, flat.weights);
  const no = multiply(subtract(1, flat.isYes), flat.weights);
  const sum = (value: Value): Value => reduceSum(value, { axes: -1 });
  return {
    truePositives: sum(multiply(says, yes)),
    falsePositives: sum(multiply(says, no)),
    falseNegatives: sum(multiply(subtract(1, says), yes)),
    trueNegatives: sum(multiply(subtract(1, says), no)),
  };
}

function counted(kind: string, options: ThresholdOptions, result: (totals: Totals) => number): Metric {
  const { own, base } = metricSettings(kind, options, { threshold: 0.5, classId: null as number | null });
  return {
    ...base,
    write: (labels, output, context) => writeCounts(labels, output, context, [own.threshold], own.classId),
    result,
  };
}

/**
 * Share of right ones among the outputs above a threshold. Labels other than 0, or the labelled class, are yes.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#precision-class
 * @example
 * const metric = metrics.precision({ threshold: 0.7, classId: 3 });
 */
export function precision(options: ThresholdOptions = {}): Metric {
  return counted("precision", options, ({ truePositives: [tp], falsePositives: [fp] }) => share(tp, tp + fp));
}

/**
 * Share of labels that outputs above a threshold find.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#recall-class
 * @example
 * const metric = metrics.recall({ classId: 3, name: "recallOfThree" });
 */
export function recall(options: ThresholdOptions = {}): Metric {
  return counted("recall", options, ({ truePositives: [tp], falseNegatives: [fn] }) => share(tp, tp + fn));
}

/**
 * Outputs above a threshold that are right.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#truepositives-class
 * @example
 * const metric = metrics.truePositives();
 */
export function truePositives(options: ThresholdOptions = {}): Metric {
  return counted("truePositives", options, (totals) => totals.truePositives[0]);
}

/**
 * Outputs above a threshold that are wrong.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#falsepositives-class
 * @example
 * const metric = metrics.falsePositives();
 */
export function falsePositives(options: ThresholdOptions = {}): Metric {
  return counted("falsePositives", options, (totals) => totals.falsePositives[0]);
}

/**
 * Outputs up to a threshold that are right.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#truenegatives-class
 * @example
 * const metric = metrics.trueNegatives();
 */
export function trueNegatives(options: ThresholdOptions = {}): Metric {
  return counted("trueNegatives", options, (totals) => totals.trueNegatives[0]);
}

/**
 * Outputs up to a threshold that are wrong.
 *
 * @see https://keras.io/api/metrics/classification_metrics/#falsenegatives-class
 * @example
 * const metric = metrics.falseNegatives();
 */
export function falseNegatives(options: ThresholdOptions = {}): Metric {
  return counted("falseNegatives", options, (totals) => totals.falseNegatives[0]);
}
