import { requirePositive } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { divide, exp, expm1, greater, minimum, multiply, select } from "../graph/ops/elementwise.ts";
import { checkNumbers } from "./check.ts";

/** `positive` above 0, else alpha · (e^(x / width) − 1), whose argument never is above 0. */
function bent(input: Value, positive: Value, alpha: number, width = 1): Value {
  const below = minimum(input, 0);
  const power = expm1(width === 1 ? below : divide(below, width));
  return select(greater(input, 0), positive, alpha === 1 ? power : multiply(power, alpha));
}

export interface EluOptions {
  /** How far below 0 it goes. Default 1. */
  alpha?: number;
}

/**
 * x above 0, alpha · (eˣ − 1) below: [any shape] → [same].
 *
 * @throws OptionError if an option is unknown or no number.
 * @see Clevert et al. 2016
 * @see https://keras.io/api/layers/activations/#elu-function
 * @example
 * layers.dense({ units: 10, activation: "elu" });
 */
export function elu(input: Value, options: EluOptions = {}): Value {
  const { alpha } = checkNumbers("elu", options, { alpha: 1 });
  return bent(input, input, alpha);
}

/**
 * x above 0, alpha · (e^(x / alpha) − 1) below: [any shape] → [same]. The slope has no step at 0.
 *
 * @throws OptionError if an option is unknown or alpha not positive.
 * @see Barron 2017
 * @see https://keras.io/api/layers/activations/#celu-function
 * @example
 * layers.dense({ units: 10, activation: { name: "celu", alpha: 0.5 } });
 */
export function celu(input: Value, options: EluOptions = {}): Value {
  const { alpha } = checkNumbers("celu", options, { alpha: 1 });
  requirePositive("activations.celu", { alpha });
  return bent(input, input, alpha, alpha);
}

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * 1.0507 · elu(x, alpha = 1.6733): [any shape] → [same]. Keeps mean 0 and variance 1 from layer to layer, with
 * `"lecunNormal"` kernels and `alphaDropout`.
 *
 * @see Klambauer et al. 2017
 * @see https://keras.io/api/layers/activations/#selu-function
 * @example
 * layers.dense({ units: 10, activation: "selu", kernelInitializer: "lecunNormal" });
 */
export function selu(input: Value): Value {
  return bent(input, multiply(input, seluScale), seluScale * seluAlpha);
}

/**
 * eˣ: [any shape] → [same].
 *
 * @see https://keras.io/api/layers/activations/#exponential-function
 * @example
 * layers.dense({ units: 10, activation: "exponential" });
 */
export function exponential(input: Value): Value {
  return exp(input);
}
