import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import * as ops from "../graph/ops/elementwise.ts";
import {
  add,
  divide,
  greater,
  lessEqual,
  maximum,
  minimum,
  multiply,
  select,
  subtract,
} from "../graph/ops/elementwise.ts";
import { checkNumbers } from "./check.ts";

export interface ReluOptions {
  /** Numbers above become this. Default none. */
  maxValue?: number;
  /** Slope below the threshold. Default 0. */
  negativeSlope?: number;
  /** Numbers up to this count as negative. Default 0. */
  threshold?: number;
}

/** @throws OptionError if an option is unknown, no number, or maxValue is negative. */
export function checkReluOptions(where: string, options: ReluOptions, known: readonly string[] = []): void {
  checkOptions(where, options, ["maxValue", "negativeSlope", "threshold", ...known]);
  const { maxValue = 0, negativeSlope = 0, threshold = 0 } = options;
  requireNumbers(where, { negativeSlope, threshold });
  if (!(maxValue >= 0)) {
    throw new OptionError({ where, expected: "maxValue ≥ 0", received: String(maxValue) });
  }
}

/**
 * max(x, 0), or with options as Keras has them: [any shape] → [same].
 *
 *     maxValue                       where x ≥ maxValue
 *     x                              where threshold < x < maxValue
 *     negativeSlope · (x − threshold) elsewhere
 *
 * @throws OptionError if an option is unknown, no number, or maxValue is negative.
 * @see https://keras.io/api/layers/activations/#relu-function
 * @example
 * const bounded = await compute((x) => activations.relu(x, { maxValue: 1, negativeSlope: 0.1 }), [[-2, 0.5, 3]]);
 * console.log(bounded.data); // −0.2, 0.5, 1
 */
export function relu(input: Value, options: ReluOptions = {}): Value {
  checkReluOptions("activations.relu", options);
  return writeRelu(input, options);
}

export function writeRelu(input: Value, { maxValue, negativeSlope = 0, threshold = 0 }: ReluOptions): Value {
  /* Written so that a NaN stays. */
  const above = threshold === 0 ? ops.relu(input) : select(lessEqual(input, threshold), 0, input);
  const bounded = maxValue === undefined ? above : minimum(maximum(above, 0), maxValue);
  if (negativeSlope === 0) return bounded;
  const below = multiply(minimum(subtract(input, threshold), 0), negativeSlope);
  return select(greater(input, threshold), bounded, below);
}

/**
 * max(0, min(x, 6)): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#relu6-function
 * @example
 * layers.dense({ units: 10, activation: "relu6" });
 */
export function relu6(input: Value): Value {
  return minimum(ops.relu(input), 6);
}

export interface LeakyReluOptions {
  /** Slope below 0. Default 0.2, as in Keras's function; the layer's is 0.3. */
  negativeSlope?: number;
}

/**
 * x above 0, negativeSlope · x below: [any shape] → [same].
 *
 * @throws OptionError if an option is unknown or no number.
 * @see https://keras.io/api/layers/activations/#leaky_relu-function
 * @example
 * layers.dense({ units: 10, activation: { name: "leakyRelu", negativeSlope: 0.1 } });
 */
export function leakyRelu(input: Value, options: LeakyReluOptions = {}): Value {
  const { negativeSlope } = checkNumbers("leakyRelu", options, { negativeSlope: 0.2 });
  return writeRelu(input, { negativeSlope });
}

/**
 * x / 6 + 1 / 2, at least 0 and at most 1: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#hard_sigmoid-function
 * @example
 * layers.dense({ units: 10, activation: "hardSigmoid" });
 */
export function hardSigmoid(input: Value): Value {
  return divide(relu6(add(input, 3)), 6);
}

/**
 * x · hardSigmoid(x): [any shape] → [same]. Also by the name `hardSwish`.
 *
 * @see Howard et al. 2019, MobileNetV3
 * @see https://keras.io/api/layers/activations/#hard_silu-function
 * @example
 * layers.dense({ units: 10, activation: "hardSilu" });
 */
export function hardSilu(input: Value): Value {
  return multiply(input, hardSigmoid(input));
}

/**
 * x, at least −1 and at most 1: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#hard_tanh-function
 * @example
 * layers.dense({ units: 10, activation: "hardTanh" });
 */
export function hardTanh(input: Value): Value {
  return minimum(maximum(input, -1), 1);
}
