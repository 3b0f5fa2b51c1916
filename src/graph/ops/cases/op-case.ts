import type { DType, Shape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";

/** How an operand is filled: around 0, above 0, all different and well apart, or whole numbers below a limit. */
export type Fill = "normal" | "positive" | "distinct" | { readonly below: number };

export interface CaseInput {
  readonly shape: Shape;
  readonly fill: Fill;
  readonly dtype?: DType;
}

export interface OpCase {
  /** Why the row exists. */
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly write: (inputs: Value[]) => Value;
  /** Terms summed into one output, or into one number of a gradient: the tolerance grows with its root. Default 1. */
  readonly terms?: number;
  /** Whether there is nothing to differentiate. Default false. */
  readonly constant?: boolean;
  /** Whether equal values meet, where differences say nothing about the gradient. Default false. */
  readonly hasTies?: boolean;
}

/** An operand. */
export const x = (shape: Shape, fill: Fill = "normal", dtype: DType = "float32"): CaseInput => ({
  shape,
  fill,
  dtype,
});
