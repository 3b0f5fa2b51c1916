import { checkOptions } from "../../core/names.ts";
import { requireCount } from "../require.ts";
import type { ItemResults } from "./evaluate-items.ts";

export interface CalibrationOptions {
  /** How many parts the range of probabilities is cut into. Default 10. */
  bins?: number;
}

/** Samples that the model is about equally sure of. */
export interface CalibrationBin {
  /** Probabilities in (from, to]. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability of what was said, and how often that was right; NaN if the bin is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Whether a model is right as often as it is sure. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** Mean of |accuracy − confidence| over the samples: the expected calibration error. */
  readonly expectedError: number;
  /** The largest |accuracy − confidence| of a bin. */
  readonly maximumError: number;
  /** Mean squared distance of the probabilities from the truth. */
  readonly brierScore: number;
}

/**
 * Whether a model is right as often as it is sure: samples by the probability of what was said.
 *
 * @see Guo et al. 2017, "On calibration of modern neural networks"
 * @example
 * const { bins, expectedError } = calibration(await evaluateItems(model, test), { bins: 5 });
 * for (const { confidence, accuracy, count } of bins) console.log(confidence, accuracy, count);
 * console.log(expectedError);
 */
export function calibration(results: ItemResults, options: CalibrationOptions = {}): Calibration {
  checkOptions("calibration", options, ["bins"]);
  const { bins: parts = 10 } = options;
  requireCount("calibration", "bins", parts);
  const { length, labels, predicted, probabilities, classes } = results;
  const counts = new Float64Array(parts);
  const sure = new Float64Array(parts);
  const right = new Float64Array(parts);
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const probability = probabilities[i * classes + predicted[i]];
    const bin = Math.min(parts - 1, Math.max(0, Math.ceil(probability * parts) - 1));
    counts[bin]++;
    sure[bin] += probability;
    if (labels[i] === predicted[i]) right[bin]++;
    for (let c = 0; c < classes; c++)
      squares += (probabilities[i * classes + c] - (c === labels[i] ? 1 : 0)) ** 2;
  }
  const bins = Array.from(
    counts,
    (count, bin): CalibrationBin => ({
      from: bin / parts,
      to: (bin + 1) / parts,
      count,
      confidence: sure[bin] / count,
      accuracy: right[bin] / count,
    }),
  );
  const gaps = bins.map(({ count, confidence, accuracy }) =>
    count === 0 ? 0 : Math.abs(accuracy - confidence),
  );
  return {
    bins,
    expectedError: gaps.reduce((sum, gap, bin) => sum + (gap * counts[bin]) / length, 0),
    maximumError: Math.max(...gaps),
    brierScore: squares / length,
  };
}
