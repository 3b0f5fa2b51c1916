import { checkOptions } from "../core/names.ts";
import type { Value } from "../graph/graph.ts";
import * as ops from "../graph/ops/elementwise.ts";
import { abs, add, divide, erf, multiply, negate, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { checkNumbers } from "./check.ts";

/**
 * 1 / (1 + e⁻ˣ): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#sigmoid-function
 * @example
 * layers.dense({ units: 1, activation: "sigmoid" });
 */
export function sigmoid(input: Value): Value {
  return ops.sigmoid(input);
}

/**
 * Hyperbolic tangent: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#tanh-function
 * @example
 * layers.dense({ units: 10, activation: "tanh" });
 */
export function tanh(input: Value): Value {
  return ops.tanh(input);
}

/**
 * ln(1 + eˣ): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#softplus-function
 * @example
 * layers.dense({ units: 10, activation: "softplus" });
 */
export function softplus(input: Value): Value {
  return ops.softplus(input);
}

/**
 * x / (1 + |x|): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#softsign-function
 * @example
 * layers.dense({ units: 10, activation: "softsign" });
 */
export function softsign(input: Value): Value {
  return divide(input, add(abs(input), 1));
}

/**
 * x · sigmoid(x): [any shape] → [same]. Also by the name `swish`.
 *
 * @see Ramachandran et al. 2017
 * @see https://keras.io/api/layers/activations/#silu-function
 * @example
 * layers.dense({ units: 10, activation: "silu" });
 */
export function silu(input: Value): Value {
  return multiply(input, ops.sigmoid(input));
}

export interface GeluOptions {
  /** By tanh instead of the error function. Default false. */
  approximate?: boolean;
}

/**
 * x · Φ(x), where Φ is the normal distribution: [any shape] → [same].
 *
 *     x / 2 · (1 + erf(x / √2)), or x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 · x³))) if approximate
 *
 * @throws OptionError if an option is unknown.
 * @see Hendrycks & Gimpel 2016
 * @see https://keras.io/api/layers/activations/#gelu-function
 * @example
 * layers.dense({ units: 10, activation: { name: "gelu", approximate: true } });
 */
export function gelu(input: Value, options: GeluOptions = {}): Value {
  checkOptions("activations.gelu", options, ["approximate"]);
  const cube = (): Value => multiply(input, square(input));
  const rise = options.approximate
    ? ops.tanh(multiply(add(input, multiply(cube(), 0.044715)), Math.sqrt(2 / Math.PI)))
    : erf(multiply(input, Math.SQRT1_2));
  return multiply(multiply(input, 0.5), add(rise, 1));
}

/**
 * x · tanh(ln(1 + eˣ)): [any shape] → [same].
 *
 * @see Misra 2019
 * @see https://keras.io/api/layers/activations/#mish-function
 * @example
 * layers.dense({ units: 10, activation: "mish" });
 */
export function mish(input: Value): Value {
  return multiply(input, ops.tanh(ops.softplus(input)));
}

/**
 * ln sigmoid(x): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#log_sigmoid-function
 * @example
 * layers.dense({ units: 10, activation: "logSigmoid" });
 */
export function logSigmoid(input: Value): Value {
  return negate(ops.softplus(negate(input)));
}

export interface SquareplusOptions {
  /** How round the bend is. Default 4. */
  b?: number;
}

/**
 * (x + √(x² + b)) / 2: [any shape] → [same].
 *
 * @throws OptionError if an option is unknown or no number.
 * @see Barron 2021
 * @see https://keras.io/api/layers/activations/#squareplus-function
 * @example
 * layers.dense({ units: 10, activation: "squareplus" });
 */
export function squareplus(input: Value, options: SquareplusOptions = {}): Value {
  const { b } = checkNumbers("squareplus", options, { b: 4 });
  return multiply(add(input, sqrt(add(square(input), b))), 0.5);
}

/**
 * x − tanh(x): [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#tanh_shrink-function
 * @example
 * layers.dense({ units: 10, activation: "tanhShrink" });
 */
export function tanhShrink(input: Value): Value {
  return subtract(input, ops.tanh(input));
}
