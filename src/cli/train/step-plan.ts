/** One call of `fit`: epochs from `initialEpoch` up to `epochs`, counted from 0. */
export interface Leg {
  readonly initialEpoch: number;
  readonly epochs: number;
  /** Missing: the whole data. */
  readonly stepsPerEpoch?: number;
}

export interface StepPlan {
  readonly legs: readonly Leg[];
  /** Epochs that are begun. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

interface Wish {
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
}

/**
 * Splits a number of steps into whole epochs and the beginning of one more, so that they take the same samples in the
 * same order as an unlimited run.
 */
export function planSteps({ samples, batchSize, epochs, steps }: Wish): StepPlan {
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const mostEpochs = epochs ?? (steps === undefined ? 5 : Number.POSITIVE_INFINITY);
  const total = Math.min(steps ?? Number.POSITIVE_INFINITY, mostEpochs * stepsPerEpoch);
  const whole = Math.floor(total / stepsPerEpoch);
  const rest = total - whole * stepsPerEpoch;
  const legs: Leg[] = [];
  if (whole > 0) legs.push({ initialEpoch: 0, epochs: whole });
  if (rest > 0) legs.push({ initialEpoch: whole, epochs: whole + 1, stepsPerEpoch: rest });
  return { legs, epochs: whole + (rest > 0 ? 1 : 0), stepsPerEpoch };
}
