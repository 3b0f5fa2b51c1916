import type { Value } from "../graph/graph.ts";
import type { Loss } from "../losses/loss.ts";

/** What a metric may look at besides labels and output. */
export interface MetricContext {
  /** The loss of the output, if it has one; its `labels` say what kind of labels there are. */
  readonly loss: Loss | undefined;
  /** How much each prediction counts, [N] or [N, …]; missing where all count alike. */
  readonly weights: Value | undefined;
}

/** Sums over an epoch by name, each with the numbers of its shape in a row. */
export type Totals = Readonly<Record<string, Float64Array>>;

/**
 * A number that says how good predictions are, exact over the whole epoch.
 *
 * The simple form writes a number for each prediction and their mean is reported. Others write sums that `result` turns
 * into the number, such as true and false positives for precision.
 *
 * @example
 * const bias: Metric = { name: "bias", write: (labels, output) => ops.subtract(output, labels) };
 */
export interface Metric {
  /** Key in histories: `accuracy`. */
  readonly name: string;
  /** Its name in the table of metrics, if `name` is another one. */
  readonly kind?: string;
  /** What it was made with, for saved models. */
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * Writes the number of each prediction, [N, …, C] → [N, …]: the totals are then `total`, the sum of numbers times
   * weights, and `count`, the sum of weights. Or writes totals of this batch by name, of any shape; they are added up in
   * float64 over the epoch.
   */
  write(labels: Value, output: Value, context: MetricContext): Value | Readonly<Record<string, Value>>;
  /** What is reported. Default `total / count`. */
  result?(totals: Totals): number;
  /** The values written are kept one after the other for the whole epoch, instead of added up. Default false. */
  readonly collects?: boolean;
}
