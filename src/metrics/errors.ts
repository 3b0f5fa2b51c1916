import type { Value } from "../graph/graph.ts";
import { square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import {
  meanAbsoluteError as absolute,
  meanAbsolutePercentageError as percentage,
} from "../losses/absolute-error.ts";
import { cosineOf } from "../losses/cosine-similarity.ts";
import type { Loss } from "../losses/loss.ts";
import { logCosh } from "../losses/robust-error.ts";
import {
  meanSquaredLogarithmicError as logarithmic,
  meanSquaredError as squared,
} from "../losses/squared-error.ts";
import { labelValues } from "./labels.ts";
import type { Metric } from "./metric.ts";
import { type MetricOptions, metricSettings } from "./options.ts";

/** The mean of a loss over the epoch. */
function meanOf(kind: string, loss: Loss, options: MetricOptions): Metric {
  return {
    ...metricSettings(kind, options, {}).base,
    write: (labels, output, context) => loss.write(labelValues(labels, output, context), { output }),
  };
}

/**
 * Mean of (label − output)².
 *
 * @see https://keras.io/api/metrics/regression_metrics/#meansquarederror-class
 * @example
 * const metric = metrics.meanSquaredError();
 */
export function meanSquaredError(options: MetricOptions = {}): Metric {
  return meanOf("meanSquaredError", squared(), options);
}

/**
 * Root of the mean of (label − output)² over the epoch.
 *
 * @see https://keras.io/api/metrics/regression_metrics/#rootmeansquarederror-class
 * @example
 * const metric = metrics.rootMeanSquaredError();
 */
export function rootMeanSquaredError(options: MetricOptions = {}): Metric {
  return {
    ...metricSettings("rootMeanSquaredError", options, {}).base,
    write(labels, output, context): Value {
      const error = square(subtract(output, labelValues(labels, output, context)));
      return reduceMean(error, { axes: -1 });
    },
    result: ({ total: [total], count: [count] }) => (count === 0 ? 0 : Math.sqrt(total / count)),
  };
}

/**
 * Mean of |label − output|.
 *
 * @see https://keras.io/api/metrics/regression_metrics/#meanabsoluteerror-class
 * @example
 * const metric = metrics.meanAbsoluteError();
 */
export function meanAbsoluteError(options: MetricOptions = {}): Metric {
  return meanOf("meanAbsoluteError", absolute(), options);
}

/**
 * Mean of 100 · |label − output| / |label|.
 *
 * @see https://keras.io/api/metrics/regression_metrics/#meanabsolutepercentageerror-class
 * @example
 * const metric = metrics.meanAbsolutePercentageError();
 */
export function meanAbsolutePercentageError(options: MetricOptions = {}): Metric {
  return meanOf("meanAbsolutePercentageError", percentage(), options);
}

/**
 * Mean of (log(label + 1) − log(output + 1))².
 *
 * @see https://keras.io/api/metrics/regression_metrics/#meansquaredlogarithmicerror-class
 * @example
 * const metric = metrics.meanSquaredLogarithmicError();
 */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): Metric {
  return meanOf("meanSquaredLogarithmicError", logarithmic(), options);
}

/**
 * Mean of log(cosh(output − label)).
 *
 * @see https://keras.io/api/metrics/regression_metrics/#logcosherror-class
 * @example
 * const metric = metrics.logCoshError();
 */
export function logCoshError(options: MetricOptions = {}): Metric {
  return meanOf("logCoshError", logCosh(), options);
}

export interface CosineMetricOptions extends MetricOptions {
  /** Along which vectors lie, counted with the batch as axis 0. Default −1. */
  axis?: number;
}

/**
 * Mean cosine of the angle between label and output: 1 for the same direction.
 *
 * @see https://keras.io/api/metrics/regression_metrics/#cosinesimilarity-class
 * @example
 * const metric = metrics.cosineSimilarity();
 */
export function cosineSimilarity(options: CosineMetricOptions = {}): Metric {
  const { own, base } = metricSettings("cosineSimilarity", options, { axis: -1 });
  return {
    ...base,
    write: (labels, output, context) => cosineOf(labelValues(labels, output, context), output, own.axis),
  };
}
