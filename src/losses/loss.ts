import type { Value } from "../graph/graph.ts";

/** What a loss sees of the network's output. */
export interface Prediction {
  /** The output of the last layer: [N, …, C]. */
  readonly output: Value;
  /** The numbers before the last layer's softmax or sigmoid, where it ends in one: exact where probabilities round. */
  readonly logits?: { readonly value: Value; readonly activation: "softmax" | "sigmoid" };
}

/**
 * How the losses of predictions become the number that training lowers: `"sumOverBatchSize"` divides their sum, each
 * times its weight, by their number; `"meanWithSampleWeight"` by the sum of weights; `"sum"` by nothing. `"none"` keeps
 * them apart, which `compile` refuses.
 */
export type Reduction = "sumOverBatchSize" | "sum" | "meanWithSampleWeight" | "none";

/** How far predictions are from labels. */
export interface Loss {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `"classes"`: one whole number a prediction, [N, …]; `"values"`: numbers of the output's shape. */
  readonly labels: "classes" | "values";
  /** Default `"sumOverBatchSize"`. */
  readonly reduction?: Reduction;
  /** A class number that labels may have besides those of the outputs, for predictions that do not count. */
  readonly ignoreClass?: number | undefined;
  /** Where the classes lie, counted with the batch as axis 0. Default −1. */
  readonly axis?: number;
  /** Writes the loss of each prediction: [N, …, C] → [N, …]. */
  write(labels: Value, prediction: Prediction): Value;
  /** Writes 1 for each prediction that counts and 0 for the others, [N, …]; missing where all do. */
  mask?(labels: Value): Value;
}
