import { checkOptions } from "../core/names.ts";
import { sizeOf } from "../core/shape.ts";
import type { Initializer } from "./initializer.ts";

/**
 * Zeros.
 *
 * @see https://keras.io/api/layers/initializers/#zeros-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.zeros() });
 */
export function zeros(options: Record<never, never> = {}): Initializer {
  checkOptions("zeros", options, []);
  return { name: "zeros", options: {}, create: (shape) => new Float32Array(sizeOf(shape)) };
}

/**
 * Ones.
 *
 * @see https://keras.io/api/layers/initializers/#ones-class
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.ones() });
 */
export function ones(options: Record<never, never> = {}): Initializer {
  checkOptions("ones", options, []);
  return { name: "ones", options: {}, create: (shape) => new Float32Array(sizeOf(shape)).fill(1) };
}
