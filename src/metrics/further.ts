import {
  binaryAccuracy,
  categoricalAccuracy,
  exactAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  top3,
  top5,
  topKCategoricalAccuracy,
} from "./accuracies.ts";
import { auc } from "./auc.ts";
import {
  falseNegatives,
  falsePositives,
  precision,
  recall,
  trueNegatives,
  truePositives,
} from "./confusion.ts";
import {
  cosineSimilarity,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  rootMeanSquaredError,
} from "./errors.ts";
import { f1Score, fBetaScore } from "./f-score.ts";
import { iou, meanIoU } from "./iou.ts";

/** Metrics that load when a string names one of them. */
export const furtherMetrics = {
  auc,
  binaryAccuracy,
  categoricalAccuracy,
  cosineSimilarity,
  exactAccuracy,
  f1Score,
  falseNegatives,
  falsePositives,
  fBetaScore,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  precision,
  recall,
  rootMeanSquaredError,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  top3,
  top5,
  topKCategoricalAccuracy,
  trueNegatives,
  truePositives,
};

/** The same, and those that need options, for saved models. */
export const metricMakers = { ...furtherMetrics, iou, meanIoU };
