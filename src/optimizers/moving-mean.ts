import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";

/** decay · before + (1 − decay) · value */
export function movingMean(before: Value, value: Value, decay: number): Value {
  return add(multiply(before, decay), multiply(value, 1 - decay));
}
