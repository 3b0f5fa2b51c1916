import { requireCount } from "../require.ts";
import type { ItemResults } from "./evaluate-items.ts";
import { byLoss, type Item, itemOf } from "./top-losses.ts";

/** A share and where it lies with 95 % confidence. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ClassScores {
  readonly label: number;
  readonly name: string;
  /** Samples of the class. */
  readonly support: number;
  /** Of those said to be of the class, how many are; NaN if nothing was. */
  readonly precision: Share;
  /** Of the class, how many were found; NaN if it has no samples. */
  readonly recall: Share;
  /** Harmonic mean of both. */
  readonly f1: number;
}

/** How often each class was taken for each other one. */
export interface Confusion {
  /** Row-major, [classes, classes]: rows are the truth, columns what the model said. */
  readonly counts: Int32Array;
  readonly shape: readonly [classes: number, classes: number];
  readonly accuracy: Share;
  readonly total: number;
  readonly classes: readonly ClassScores[];
}

/** 97.5 % of a normal distribution lie below. */
const z = 1.959963984540054;

/** Wilson's interval. @see Wilson 1927, "Probable inference, the law of succession, and statistical inference" */
function shareOf(count: number, total: number): Share {
  if (total === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const value = count / total;
  const scale = 1 + (z * z) / total;
  const center = (value + (z * z) / (2 * total)) / scale;
  const reach = (z / scale) * Math.sqrt((value * (1 - value)) / total + (z * z) / (4 * total * total));
  return { value, low: Math.max(0, center - reach), high: Math.min(1, center + reach) };
}

/**
 * How often each class was taken for each other one, with precision, recall and F1 of each, and Wilson's intervals.
 *
 * @example
 * const { counts, shape, accuracy } = confusion(await evaluateItems(model, test));
 * console.log(accuracy.value, accuracy.low, accuracy.high, counts[4 * shape[1] + 9]);
 */
export function confusion({ labels, predicted, length, classes, classNames }: ItemResults): Confusion {
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < length; i++) counts[labels[i] * classes + predicted[i]]++;
  const each = Array.from({ length: classes }, (_, label) => label);
  const sum = (at: (other: number) => number): number =>
    each.reduce((total, other) => total + counts[at(other)], 0);
  const right = sum((label) => label * classes + label);
  return {
    counts,
    shape: [classes, classes],
    accuracy: shareOf(right, length),
    total: length,
    classes: each.map((label) => {
      const support = sum((said) => label * classes + said);
      const said = sum((truth) => truth * classes + label);
      const hits = counts[label * classes + label];
      return {
        label,
        name: classNames?.[label] ?? String(label),
        support,
        precision: shareOf(hits, said),
        recall: shareOf(hits, support),
        f1: (2 * hits) / (said + support),
      };
    }),
  };
}

/** Two classes that are mixed up. */
export interface Mixup {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** Of all samples of the class. */
  readonly share: number;
  /** The samples, the largest loss first. */
  readonly items: readonly Item[];
}

/**
 * The pairs of classes that are mixed up most often, with the samples behind them.
 *
 * @example
 * const [worst] = mostConfused(await evaluateItems(model, test));
 * console.log(worst?.label, "taken for", worst?.predicted, worst?.items.map(({ index }) => index));
 */
export function mostConfused(results: ItemResults, k = 10): Mixup[] {
  requireCount("mostConfused", "k", k);
  const pairs = new Map<number, Item[]>();
  const support = new Map<number, number>();
  for (let i = 0; i < results.length; i++) {
    const item = itemOf(results, i);
    support.set(item.label, (support.get(item.label) ?? 0) + 1);
    if (item.label === item.predicted) continue;
    const key = item.label * results.classes + item.predicted;
    const list = pairs.get(key);
    if (list) list.push(item);
    else pairs.set(key, [item]);
  }
  return [...pairs.values()]
    .map((items) => {
      const [{ label, predicted }] = items;
      const share = items.length / (support.get(label) ?? 1);
      return { label, predicted, count: items.length, share, items: items.sort(byLoss) };
    })
    .sort((a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted)
    .slice(0, k);
}
