import { checkOptions } from "../core/names.ts";
import { sizeOf } from "../core/shape.ts";
import type { Initializer } from "./initializer.ts";

/**
 * The same number everywhere.
 *
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.constant({ value: 0.1 }) });
 */
export function constant(options: { value?: number } = {}): Initializer {
  checkOptions("initializers.constant", options, ["value"]);
  const { value = 0 } = options;
  return {
    name: "constant",
    options: { value },
    create: (shape) => new Float32Array(sizeOf(shape)).fill(value),
  };
}

/**
 * Zeros.
 *
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.zeros() });
 */
export function zeros(): Initializer {
  return { name: "zeros", options: {}, create: (shape) => new Float32Array(sizeOf(shape)) };
}

/**
 * Ones.
 *
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.ones() });
 */
export function ones(): Initializer {
  return { name: "ones", options: {}, create: (shape) => new Float32Array(sizeOf(shape)).fill(1) };
}
