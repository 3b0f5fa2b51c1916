export {
  type BinaryAccuracyOptions,
  binaryAccuracy,
  categoricalAccuracy,
  exactAccuracy,
  type SparseTopKOptions,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  type TopKOptions,
  top3,
  top5,
  topKCategoricalAccuracy,
} from "./accuracies.ts";
export { accuracy } from "./accuracy.ts";
export { type AucOptions, auc } from "./auc.ts";
export {
  falseNegatives,
  falsePositives,
  precision,
  recall,
  type ThresholdOptions,
  trueNegatives,
  truePositives,
} from "./confusion.ts";
export {
  type CosineMetricOptions,
  cosineSimilarity,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  rootMeanSquaredError,
} from "./errors.ts";
export { type F1Options, type FBetaOptions, f1Score, fBetaScore } from "./f-score.ts";
export { type IouOptions, iou, type MeanIouOptions, meanIoU } from "./iou.ts";
export type { Metric, MetricContext, Totals } from "./metric.ts";
export type { MetricOptions } from "./options.ts";
