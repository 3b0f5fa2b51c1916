import type { Value } from "../graph/graph.ts";

/** A price on large weights or activations, added to the loss. */
export interface Regularizer {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Writes the price as a single number, shape `[]`. */
  write(weight: Value): Value;
}
