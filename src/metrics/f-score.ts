import type { Value } from "../graph/graph.ts";
import { abs, greater, greaterEqual, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceMax } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { labelValues, weightsAlong } from "./labels.ts";
import type { Metric, Totals } from "./metric.ts";
import { type MetricOptions, metricSettings, requireOneOf } from "./options.ts";

export interface F1Options extends MetricOptions {
  /** Of all classes together, or the mean of the classes, or weighted by how often each is labelled. Default `"macro"`. */
  average?: "micro" | "macro" | "weighted";
  /** Outputs above it say yes; `null`: the largest output of each prediction does. Default `null`. */
  threshold?: number | null;
}

export interface FBetaOptions extends F1Options {
  /** How many times more recall counts than precision. Default 1. */
  beta?: number;
}

const epsilon = 1e-7;

function scoreOf(totals: Totals, beta: number, average: string): number {
  const { truePositives, falsePositives, falseNegatives } = totals;
  const labelled = truePositives.map((tp, c) => tp + falseNegatives[c]);
  const all = labelled.reduce((a, b) => a + b, 0);
  const sum = (values: Float64Array): Float64Array => Float64Array.of(values.reduce((a, b) => a + b, 0));
  const part = average === "micro" ? sum : (values: Float64Array) => values;
  const [tps, fps, fns] = [part(truePositives), part(falsePositives), part(falseNegatives)];
  const scores = Array.from(tps, (tp, c) => {
    const precision = tp / (tp + fps[c] + epsilon);
    const recall = tp / (tp + fns[c] + epsilon);
    return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + epsilon);
  });
  if (average === "weighted")
    return scores.reduce((total, score, c) => total + score * (labelled[c] / (all + epsilon)), 0);
  return scores.reduce((a, b) => a + b, 0) / scores.length;
}

function fScore(kind: string, options: FBetaOptions, beta: number): Metric {
  const defaults = { average: "macro" as "micro" | "macro" | "weighted", threshold: null as number | null };
  const { own, base } = metricSettings(kind, options, kind === "f1Score" ? defaults : { ...defaults, beta });
  const { average, threshold } = own;
  requireOneOf(kind, "average", average, ["micro", "macro", "weighted"]);
  return {
    ...base,
    write(labels, output, context) {
      const yes = labelValues(labels, output, context);
      const largest = reduceMax(output, { axes: -1, keepDims: true });
      const says =
        threshold === null
          ? multiply(greaterEqual(output, largest), greater(abs(output), 1e-9))
          : greater(output, threshold);
      const weights = weightsAlong(context.weights, output);
      const classes = output.shape[output.shape.length - 1];
      const count = (value: Value): Value =>
        reduceSum(reshape(weights ? multiply(value, weights) : value, [-1, classes]), { axes: 0 });
      return {
        truePositives: count(multiply(says, yes)),
        falsePositives: count(multiply(says, subtract(1, yes))),
        falseNegatives: count(multiply(subtract(1, says), yes)),
      };
    },
    result: (totals) => scoreOf(totals, beta, average),
  };
}

/**
 * Harmonic mean of precision and recall, of each class. Reports their mean, where Keras's default is a list.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/metrics/classification_metrics/#f1score-class
 * @example
 * const metric = metrics.f1Score({ average: "weighted" });
 */
export function f1Score(options: F1Options = {}): Metric {
  return fScore("f1Score", options, 1);
}

/**
 * Weighted harmonic mean of precision and recall, of each class. Reports their mean, where Keras's default is a list.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/metrics/classification_metrics/#fbetascore-class
 * @example
 * const metric = metrics.fBetaScore({ beta: 2 });
 */
export function fBetaScore(options: FBetaOptions = {}): Metric {
  return fScore("fBetaScore", options, options.beta ?? 1);
}
