import type { Value } from "../graph/graph.ts";
import type { Loss } from "../losses/loss.ts";

/** A number per prediction whose mean over the whole epoch is reported, exactly. */
export interface Metric {
  /** Key in histories: `accuracy`. */
  readonly name: string;
  /** Writes the number of each prediction: [N, …, C] → [N, …]. */
  write(labels: Value, output: Value, loss: Loss): Value;
}
