import { requireCount } from "../require.ts";
import type { ItemResults } from "./evaluate-items.ts";

/** A sample and what the model makes of it. */
export interface Item {
  /** Number of the sample in the data set. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** Of what it says, and of the truth. */
  readonly probability: number;
  readonly labelProbability: number;
  readonly loss: number;
}

export function itemOf(results: ItemResults, index: number): Item {
  const { labels, predicted, probabilities, classes, losses } = results;
  const probabilityOf = (label: number): number => probabilities[index * classes + label];
  return {
    index,
    label: labels[index],
    predicted: predicted[index],
    probability: probabilityOf(predicted[index]),
    labelProbability: probabilityOf(labels[index]),
    loss: losses[index],
  };
}

/** Largest loss first; of equal ones, in the order of the data set. */
export const byLoss = (a: Item, b: Item): number => b.loss - a.loss || a.index - b.index;

/**
 * The samples with the largest losses, right or wrong: what the model finds hardest, and often labels that are wrong.
 *
 * @example
 * for (const { index, label, predicted, loss } of topLosses(await evaluateItems(model, test), 8))
 *   console.log(index, "is", label, "said", predicted, loss);
 */
export function topLosses(results: ItemResults, k = 16): Item[] {
  requireCount("topLosses", "k", k);
  return Array.from({ length: results.length }, (_, index) => itemOf(results, index))
    .sort(byLoss)
    .slice(0, k);
}
