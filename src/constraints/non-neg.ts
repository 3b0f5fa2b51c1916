import { checkOptions } from "../core/names.ts";
import { maximum } from "../graph/ops/elementwise.ts";
import type { Constraint } from "./constraint.ts";

/**
 * Replaces negative weights by 0: any shape, unchanged.
 *
 * @see https://keras.io/api/layers/constraints/#nonneg-class
 * @example
 * const limit = constraints.nonNeg();
 */
export function nonNeg(options: Record<never, never> = {}): Constraint {
  checkOptions("constraints.nonNeg", options, []);
  return { name: "nonNeg", options: {}, write: (weight) => maximum(weight, 0) };
}
