/** What the network said about one test sample. */
export interface Verdict {
  readonly sample: number;
  readonly truth: number;
  readonly said: number;
  /** Of what it said. */
  readonly probability: number;
  /** −log of the probability of the truth. */
  readonly loss: number;
}

/** Keeps the logarithm finite, as Keras does. */
const leastProbability = 1e-7;

/** Judges each row of probabilities [n, classes] by its label. */
export function judge(probabilities: Float32Array, labels: ArrayLike<number>): Verdict[] {
  const classes = probabilities.length / labels.length;
  return Array.from(labels, (truth, sample) => {
    const row = probabilities.subarray(sample * classes, (sample + 1) * classes);
    let said = 0;
    for (const [label, probability] of row.entries()) if (probability > row[said]) said = label;
    const loss = -Math.log(Math.max(row[truth], leastProbability));
    return { sample, truth, said, probability: row[said], loss };
  });
}

/** Samples that were taken for something else, the surest mistakes first. */
export function worstMistakes(verdicts: readonly Verdict[], most: number): Verdict[] {
  return verdicts
    .filter(({ truth, said }) => truth !== said)
    .sort((a, b) => b.loss - a.loss || a.sample - b.sample)
    .slice(0, most);
}

/** How often class `truth` was taken for class `said`: [truth][said]. */
export function confusionMatrix(verdicts: readonly Verdict[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, said } of verdicts) counts[truth][said]++;
  return counts;
}

export interface ClassScore {
  readonly samples: number;
  /** Share that was right of what was said to be of the class; NaN if nothing was. */
  readonly precision: number;
  /** Share of the class that was found; NaN if it has no samples. */
  readonly recall: number;
}

export function classScores(counts: readonly (readonly number[])[]): ClassScore[] {
  return counts.map((row, label) => {
    const samples = row.reduce((sum, count) => sum + count, 0);
    const said = counts.reduce((sum, other) => sum + other[label], 0);
    return { samples, precision: row[label] / said, recall: row[label] / samples };
  });
}

export interface Mixup {
  readonly truth: number;
  readonly said: number;
  readonly count: number;
}

/** Pairs of classes that are mixed up, the most frequent first. */
export function mixups(counts: readonly (readonly number[])[], most: number): Mixup[] {
  return counts
    .flatMap((row, truth) => row.map((count, said) => ({ truth, said, count })))
    .filter(({ truth, said, count }) => truth !== said && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}
