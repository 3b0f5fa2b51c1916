import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { abs, add, multiply, square } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Regularizer } from "./regularizer.ts";

const pricesOf = (weight: Value, l1: number, l2: number): Value[] => [
  ...(l1 > 0 ? [multiply(reduceSum(abs(weight)), l1)] : []),
  ...(l2 > 0 ? [multiply(reduceSum(square(weight)), l2)] : []),
];

function priced(name: string, options: Readonly<Record<string, number>>): Regularizer {
  requireNumbers(`regularizers.${name}`, options, 0);
  const { l1 = 0, l2 = 0 } = options;
  return {
    name,
    options,
    write(weight) {
      const [first, second] = pricesOf(weight, l1, l2);
      if (!first) return weight.graph.constant(0);
      return second ? add(first, second) : first;
    },
  };
}

export interface L1Options {
  /** Price of a magnitude of 1. Default 0.01. */
  l1?: number;
}

/**
 * l1 · Σ |w|: [any shape] → []. Pushes weights to exactly 0.
 *
 * @throws OptionError if l1 is no finite number ≥ 0.
 * @see https://keras.io/api/layers/regularizers/#l1-class
 * @example
 * const price = regularizers.l1({ l1: 0.001 });
 */
export function l1(options: L1Options = {}): Regularizer {
  checkOptions("regularizers.l1", options, ["l1"]);
  return priced("l1", { l1: options.l1 ?? 0.01 });
}

export interface L2Options {
  /** Price of a square of 1. Default 0.01. */
  l2?: number;
}

/**
 * l2 · Σ w²: [any shape] → []. Keeps weights small.
 *
 * @throws OptionError if l2 is no finite number ≥ 0.
 * @see https://keras.io/api/layers/regularizers/#l2-class
 * @example
 * const price = regularizers.l2({ l2: 1e-4 });
 */
export function l2(options: L2Options = {}): Regularizer {
  checkOptions("regularizers.l2", options, ["l2"]);
  return priced("l2", { l2: options.l2 ?? 0.01 });
}

export interface L1L2Options {
  /** Price of a magnitude of 1. Default 0. */
  l1?: number;
  /** Price of a square of 1. Default 0. */
  l2?: number;
}

/**
 * l1 · Σ |w| + l2 · Σ w²: [any shape] → [].
 *
 * @throws OptionError if a price is no finite number ≥ 0.
 * @see https://keras.io/api/layers/regularizers/#l1l2-class
 * @example
 * const price = regularizers.l1L2({ l1: 1e-5, l2: 1e-4 });
 */
export function l1L2(options: L1L2Options = {}): Regularizer {
  checkOptions("regularizers.l1L2", options, ["l1", "l2"]);
  return priced("l1L2", { l1: options.l1 ?? 0, l2: options.l2 ?? 0 });
}
