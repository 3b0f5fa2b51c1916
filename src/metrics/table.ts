import { loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { accuracy } from "./accuracy.ts";
import type { furtherMetrics } from "./further.ts";
import type { Metric } from "./metric.ts";

const common = { accuracy };

/** Metrics that a string can name. */
export const metricTable: NameTable<() => Metric> = {
  common,
  further: [
    "auc",
    "binaryAccuracy",
    "categoricalAccuracy",
    "cosineSimilarity",
    "exactAccuracy",
    "f1Score",
    "falseNegatives",
    "falsePositives",
    "fBetaScore",
    "logCoshError",
    "meanAbsoluteError",
    "meanAbsolutePercentageError",
    "meanSquaredError",
    "meanSquaredLogarithmicError",
    "precision",
    "recall",
    "rootMeanSquaredError",
    "sparseCategoricalAccuracy",
    "sparseTopKCategoricalAccuracy",
    "top3",
    "top5",
    "topKCategoricalAccuracy",
    "trueNegatives",
    "truePositives",
  ],
  load: async () => (await import("./further.ts")).furtherMetrics,
};

export type MetricName = Spelling<keyof typeof common | keyof typeof furtherMetrics>;

/** @throws OptionError if there is no such name. */
export function metricOf(where: string, choice: MetricName | Metric): Metric {
  return typeof choice === "string" ? loadedNamed(where, metricTable, choice)() : choice;
}
