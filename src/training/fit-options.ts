import { OptionError } from "../core/errors.ts";
import type { Callback } from "./callback.ts";
import type { ClassWeight } from "./class-weights.ts";
import type { TrainingData } from "./samples.ts";

export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Samples of one step. Default 32. */
  batchSize?: number;
  /** New order for every epoch, from the model's seed. Default true. */
  shuffle?: boolean;
  /** Share of the samples, taken from the end before shuffling, that is measured after every epoch but not trained on. Default 0. */
  validationSplit?: number;
  /** Measured after every epoch. */
  validationData?: TrainingData;
  /** How much samples of each class count in training: `{ 0: 1, 1: 5 }`, or `"balanced"`. */
  classWeight?: ClassWeight;
  callbacks?: readonly Callback[];
  /** Number of the first epoch, to go on where an earlier run ended; `epochs` counts from 0. Default 0. */
  initialEpoch?: number;
  /** Ends the run after the step that is under way; the weights are kept. */
  signal?: AbortSignal;
  /** Steps of each epoch, if not the whole data. */
  stepsPerEpoch?: number;
}

export const fitOptions = [
  "epochs",
  "batchSize",
  "shuffle",
  "validationSplit",
  "validationData",
  "classWeight",
  "callbacks",
  "initialEpoch",
  "signal",
  "stepsPerEpoch",
];

/** @throws OptionError if a number makes no sense. */
export function checkFitOptions({
  epochs = 1,
  batchSize = 32,
  validationSplit = 0,
  initialEpoch = 0,
  stepsPerEpoch = 1,
}: FitOptions): void {
  const require = (holds: boolean, expected: string, received: number): void => {
    if (!holds) throw new OptionError({ where: "fit", expected, received: String(received) });
  };
  require(Number.isInteger(epochs) && epochs >= 0, "epochs to be a whole number ≥ 0", epochs);
  require(Number.isInteger(batchSize) && batchSize >= 1, "batchSize to be a whole number ≥ 1", batchSize);
  require(Number.isInteger(initialEpoch) &&
    initialEpoch >= 0, "initialEpoch to be a whole number ≥ 0", initialEpoch);
  require(Number.isInteger(stepsPerEpoch) &&
    stepsPerEpoch >= 1, "stepsPerEpoch to be a whole number ≥ 1", stepsPerEpoch);
  require(validationSplit >= 0 &&
    validationSplit < 1, "validationSplit at least 0 and below 1", validationSplit);
}
