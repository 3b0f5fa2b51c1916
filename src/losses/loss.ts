import type { Value } from "../graph/graph.ts";

/** What a loss sees of the network's output. */
export interface Prediction {
  /** The output of the last layer: [N, …, C]. */
  readonly output: Value;
  /** The numbers before the last layer's softmax or sigmoid, where it ends in one: exact where probabilities round. */
  readonly logits?: { readonly value: Value; readonly activation: "softmax" | "sigmoid" };
}

/** How far predictions are from labels. */
export interface Loss {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `"classes"`: one whole number a prediction, [N, …]; `"values"`: numbers of the output's shape. */
  readonly labels: "classes" | "values";
  /** Writes the loss of each prediction: [N, …, C] → [N, …]; their mean is what training lowers. */
  write(labels: Value, prediction: Prediction): Value;
}
