import { checkOptions } from "../core/names.ts";
import { checkSeed } from "../core/random.ts";
import { fans, sizeOf } from "../core/shape.ts";
import type { Initializer, SeedOptions } from "./initializer.ts";

/**
 * Uniform in ±√(6 / (fanIn + fanOut)): keeps the size of signals and gradients with linear or saturating activations.
 *
 * @see Glorot & Bengio 2010
 * @see https://keras.io/api/layers/initializers/#glorotuniform-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.glorotUniform() }); // the default
 */
export function glorotUniform(options: SeedOptions = {}): Initializer {
  const name = "glorotUniform";
  checkOptions(name, options, ["seed"]);
  checkSeed(name, options.seed);
  return {
    name,
    options: { ...options },
    create(shape, random) {
      const { fanIn, fanOut } = fans(shape);
      const limit = Math.sqrt(3 / Math.max(1, (fanIn + fanOut) / 2));
      return Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.uniform() - 1) * limit);
    },
  };
}
