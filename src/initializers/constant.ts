import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import { sizeOf } from "../core/shape.ts";
import type { Initializer } from "./initializer.ts";

/**
 * The same number everywhere.
 *
 * @throws OptionError if the value is not finite.
 * @see https://keras.io/api/layers/initializers/#constant-class
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.constant({ value: 0.1 }) });
 */
export function constant(options: { value?: number } = {}): Initializer {
  checkOptions("initializers.constant", options, ["value"]);
  const { value = 0 } = options;
  requireNumbers("initializers.constant", { value });
  return {
    name: "constant",
    options: { value },
    create: (shape) => new Float32Array(sizeOf(shape)).fill(value),
  };
}
