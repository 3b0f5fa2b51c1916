import { log } from "../core/math.ts";
import { sigmoid } from "../graph/ops/elementwise.ts";
import { flatPairs, share, writeCounts } from "./confusion.ts";
import type { Metric, Totals } from "./metric.ts";
import { type MetricOptions, metricSettings, requireCount, requireOneOf } from "./options.ts";

export interface AucOptions extends MetricOptions {
  /** Thresholds, evenly between 0 and 1. Default 200. */
  numThresholds?: number;
  /** True against false positives, or precision against recall. Default `"ROC"`. */
  curve?: "ROC" | "PR";
  /** How areas between two thresholds are taken. Default `"interpolation"`. */
  summationMethod?: "interpolation" | "minoring" | "majoring";
  /** Outputs are numbers before a sigmoid. Default false. */
  fromLogits?: boolean;
  /** Keep and sort all outputs of an epoch, instead of counting at thresholds. Default false. */
  exact?: boolean;
}

type Counts = Readonly<Record<"tp" | "fp" | "fn" | "tn", Float64Array>>;

/**
 * Area under the curve that a falling threshold draws, of all outputs together.
 *
 * Thresholds and sums are Keras's; with `exact` every output is a threshold.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/metrics/classification_metrics/#auc-class
 * @example
 * const metric = metrics.auc({ curve: "PR", name: "prAuc" });
 */
export function auc(options: AucOptions = {}): Metric {
  const { own, base } = metricSettings("auc", options, {
    numThresholds: 200,
    curve: "ROC" as "ROC" | "PR",
    summationMethod: "interpolation" as "interpolation" | "minoring" | "majoring",
    fromLogits: false,
    exact: false,
  });
  const { numThresholds, curve, summationMethod, fromLogits, exact } = own;
  requireCount("auc", "numThresholds", numThresholds, 2);
  requireOneOf("auc", "curve", curve, ["ROC", "PR"]);
  requireOneOf("auc", "summationMethod", summationMethod, ["interpolation", "minoring", "majoring"]);
  const inner = Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
  const thresholds = [-1e-7, ...inner, 1 + 1e-7];
  return {
    ...base,
    collects: exact,
    write(labels, output, context) {
      const p = fromLogits ? sigmoid(output) : output;
      if (!exact) return writeCounts(labels, p, context, thresholds);
      const { isYes, output: scores, weights } = flatPairs(labels, p, context, null);
      return { isYes, scores, weights };
    },
    result: (totals) => areaOf(exact ? sortedCounts(totals) : countsOf(totals), curve, summationMethod),
  };
}

const countsOf = ({
  truePositives: tp,
  falsePositives: fp,
  falseNegatives: fn,
  trueNegatives: tn,
}: Totals): Counts => ({
  tp,
  fp,
  fn,
  tn,
});

/** Counts at every distinct output, from a threshold below all to one above all. */
function sortedCounts({ isYes, scores, weights }: Totals): Counts {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
  const points: [tp: number, fp: number][] = [[0, 0]];
  let [tp, fp] = [0, 0];
  for (const [at, i] of order.entries()) {
    if (isYes[i]) tp += weights[i];
    else fp += weights[i];
    if (at + 1 === order.length || scores[order[at + 1]] !== scores[i]) points.push([tp, fp]);
  }
  points.reverse();
  return {
    tp: Float64Array.from(points, ([count]) => count),
    fp: Float64Array.from(points, ([, count]) => count),
    fn: Float64Array.from(points, ([count]) => tp - count),
    tn: Float64Array.from(points, ([, count]) => fp - count),
  };
}

function areaOf({ tp, fp, fn, tn }: Counts, curve: "ROC" | "PR", method: string): number {
  let area = 0;
  const recall = (i: number): number => share(tp[i], tp[i] + fn[i]);
  const x = (i: number): number => (curve === "ROC" ? share(fp[i], fp[i] + tn[i]) : recall(i));
  const y = (i: number): number => (curve === "ROC" ? recall(i) : share(tp[i], tp[i] + fp[i]));
  for (let i = 0; i + 1 < tp.length; i++) {
    if (curve === "PR" && method === "interpolation") area += interpolated(tp, fp, fn, i);
    else {
      const heights = [y(i), y(i + 1)];
      const height =
        method === "interpolation"
          ? (heights[0] + heights[1]) / 2
          : method === "minoring"
            ? Math.min(...heights)
            : Math.max(...heights);
      area += (x(i) - x(i + 1)) * height;
    }
  }
  return area;
}

/** Area between two points of the precision-recall curve. @see Davis & Goadrich 2006 */
function interpolated(tp: Float64Array, fp: Float64Array, fn: Float64Array, i: number): number {
  const p = tp[i] + fp[i];
  const next = tp[i + 1] + fp[i + 1];
  const slope = share(tp[i] - tp[i + 1], Math.max(p - next, 0));
  const intercept = tp[i + 1] - slope * next;
  const ratio = p > 0 && next > 0 ? p / next : 1;
  return share(slope * (tp[i] - tp[i + 1] + intercept * log(ratio)), Math.max(tp[i + 1] + fn[i + 1], 0));
}
