import type { Value } from "../graph/graph.ts";

/** Where a weight may lie: what an update makes of it is moved back there. */
export interface Constraint {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Writes the nearest allowed weight, of the same shape. */
  write(weight: Value): Value;
}
