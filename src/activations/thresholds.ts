/** Activations that change at thresholds, written so that a NaN stays. */
import type { Value } from "../graph/graph.ts";
import {
  abs,
  add,
  less,
  lessEqual,
  maximum,
  minimum,
  multiply,
  select,
  square,
  subtract,
} from "../graph/ops/elementwise.ts";
import { checkNumbers } from "./check.ts";

export interface ShrinkOptions {
  /** Default 0.5. */
  threshold?: number;
}

/**
 * x where |x| is above the threshold, else 0: [any shape] → [same].
 *
 * @throws OptionError if an option is unknown or no number.
 * @see https://keras.io/api/layers/activations/#hard_shrink-function
 * @example
 * layers.dense({ units: 10, activation: "hardShrink" });
 */
export function hardShrink(input: Value, options: ShrinkOptions = {}): Value {
  const { threshold } = checkNumbers("hardShrink", options, { threshold: 0.5 });
  return select(lessEqual(abs(input), threshold), 0, input);
}

/**
 * x moved towards 0 by the threshold, or 0: [any shape] → [same].
 *
 * @throws OptionError if an option is unknown or no number.
 * @see https://keras.io/api/layers/activations/#soft_shrink-function
 * @example
 * layers.dense({ units: 10, activation: { name: "softShrink", threshold: 0.1 } });
 */
export function softShrink(input: Value, options: ShrinkOptions = {}): Value {
  const { threshold } = checkNumbers("softShrink", options, { threshold: 0.5 });
  return subtract(input, minimum(maximum(input, -threshold), threshold));
}

export interface ThresholdOptions {
  /** Numbers above stay. */
  threshold: number;
  /** What the others become. */
  defaultValue: number;
}

/**
 * x where it is above the threshold, else the default value: [any shape] → [same].
 *
 * @throws OptionError if one of the two is missing, or there are others.
 * @see https://keras.io/api/layers/activations/#threshold-function
 * @example
 * layers.dense({ units: 10, activation: { name: "threshold", threshold: 0.1, defaultValue: 0 } });
 */
export function threshold(input: Value, options: ThresholdOptions): Value {
  const missing = { threshold: Number.NaN, defaultValue: Number.NaN };
  const checked = checkNumbers("threshold", options ?? {}, missing);
  return select(lessEqual(input, checked.threshold), checked.defaultValue, input);
}

/**
 * 0 up to −1, x from 1 on, (x + 1)² / 4 between: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#sparse_plus-function
 * @example
 * layers.dense({ units: 10, activation: "sparsePlus" });
 */
export function sparsePlus(input: Value): Value {
  const between = multiply(square(add(input, 1)), 0.25);
  return select(lessEqual(input, -1), 0, select(less(input, 1), between, input));
}

/**
 * (x + 1) / 2, at least 0 and at most 1: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#sparse_sigmoid-function
 * @example
 * layers.dense({ units: 10, activation: "sparseSigmoid" });
 */
export function sparseSigmoid(input: Value): Value {
  return minimum(maximum(multiply(add(input, 1), 0.5), 0), 1);
}
