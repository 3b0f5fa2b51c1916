import type { Value } from "../graph/graph.ts";
import { cast, equal, greater, less, multiply } from "../graph/ops/elementwise.ts";
import { argMax, oneHot } from "../graph/ops/labels.ts";
import { slice } from "../graph/ops/pad.ts";
import { reduceMax } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { labelClasses, labelValues } from "./labels.ts";
import type { Metric, MetricContext } from "./metric.ts";
import { type MetricOptions, metricSettings, requireCount } from "./options.ts";

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Outputs above it say 1. Default 0.5. */
  threshold?: number;
}

export interface TopKOptions extends MetricOptions {
  /** How many of the largest outputs count as an answer. Default 5. */
  k?: number;
}

export interface SparseTopKOptions extends TopKOptions {
  /** Outputs are class numbers, the likeliest first. Default false. */
  fromSortedIds?: boolean;
}

/**
 * Share of outputs that equal their labels exactly; Keras's class `Accuracy`.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#accuracy-class
 * @example
 * const metric = metrics.exactAccuracy();
 */
export function exactAccuracy(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("exactAccuracy", options, {}).base,
    write: (labels, output, context) => equal(labelValues(labels, output, context), output),
  };
}

/**
 * Share of outputs on the right side of a threshold.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class
 * @example
 * const metric = metrics.binaryAccuracy({ threshold: 0.7 });
 */
export function binaryAccuracy(options: BinaryAccuracyOptions = {}): Metric {
  const { own, base } = metricSettings("binaryAccuracy", options, { threshold: 0.5 });
  return {
    ...base,
    write: (labels, output, context) =>
      equal(labelValues(labels, output, context), greater(output, own.threshold)),
  };
}

/**
 * Share of predictions whose largest output is the labelled class. Labels are one-hot.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#categoricalaccuracy-class
 * @example
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["categoricalAccuracy"] });
 */
export function categoricalAccuracy(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("categoricalAccuracy", options, {}).base,
    write: (labels, output, context) => equal(cast(argMax(output)), labelClasses(labels, output, context)),
  };
}

/**
 * Share of predictions whose largest output is the labelled class. Labels are class numbers.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#sparsecategoricalaccuracy-class
 * @example
 * const metric = metrics.sparseCategoricalAccuracy();
 */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("sparseCategoricalAccuracy", options, {}).base,
    write: (labels, output, context) => equal(cast(argMax(output)), labelClasses(labels, output, context)),
  };
}

/** Whether fewer than `k` outputs are larger than that of the labelled class; ties count as right. */
function isAmongLargest(labels: Value, output: Value, k: number, context: MetricContext): Value {
  const classes = labelClasses(labels, output, context);
  const chosen = oneHot(classes, output.shape[output.shape.length - 1]);
  const value = reduceSum(multiply(chosen, output), { axes: -1, keepDims: true });
  return less(reduceSum(greater(output, value), { axes: -1 }), k);
}

/**
 * Share of predictions with the labelled class among the `k` largest outputs. Labels are one-hot.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#topkcategoricalaccuracy-class
 * @example
 * const metric = metrics.topKCategoricalAccuracy({ k: 3 });
 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  const { own, base } = metricSettings("topKCategoricalAccuracy", options, { k: 5 });
  requireCount(base.kind, "k", own.k);
  return { ...base, write: (labels, output, context) => isAmongLargest(labels, output, own.k, context) };
}

/**
 * Share of predictions with the labelled class among the `k` largest outputs. Labels are class numbers.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/#sparsetopkcategoricalaccuracy-class
 * @example
 * const metric = metrics.sparseTopKCategoricalAccuracy({ k: 3 });
 */
export function sparseTopKCategoricalAccuracy(options: SparseTopKOptions = {}): Metric {
  const { own, base } = metricSettings("sparseTopKCategoricalAccuracy", options, {
    k: 5,
    fromSortedIds: false,
  });
  requireCount(base.kind, "k", own.k);
  return {
    ...base,
    write(labels, output, context) {
      if (!own.fromSortedIds) return isAmongLargest(labels, output, own.k, context);
      const start = output.shape.map(() => 0);
      const length = Math.min(own.k, output.shape[output.shape.length - 1]);
      const first = slice(output, { start, size: [...output.shape.slice(0, -1), length] });
      const classes = labelClasses(labels, output, context);
      return reduceMax(equal(first, reshape(classes, [...classes.shape, 1])), { axes: -1 });
    },
  };
}

/**
 * Share of predictions with the labelled class among the three largest outputs.
 *
 * @example
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy", metrics.top3()] });
 */
export function top3(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("top3", options, {}).base,
    write: (labels, output, context) => isAmongLargest(labels, output, 3, context),
  };
}

/**
 * Share of predictions with the labelled class among the five largest outputs.
 *
 * @example
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["top5"] });
 */
export function top5(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("top5", options, {}).base,
    write: (labels, output, context) => isAmongLargest(labels, output, 5, context),
  };
}
