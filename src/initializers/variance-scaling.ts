import type { Random } from "../core/random.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Initializer } from "./initializer.ts";

/** Inputs and outputs that one weight connects: a kernel's channels times its taps. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const taps = sizeOf(shape.slice(0, -2));
  const [inputs, outputs] = shape.slice(-2);
  return { fanIn: inputs * taps, fanOut: outputs * taps };
}

type Mode = "fanIn" | "fanAverage";

function variance(shape: Shape, scale: number, mode: Mode): number {
  const { fanIn, fanOut } = fans(shape);
  return scale / Math.max(1, mode === "fanIn" ? fanIn : (fanIn + fanOut) / 2);
}

/** Standard deviation of a normal distribution cut off at two of them. */
const truncatedDeviation = 0.87962566103423978;

function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

function scaled(name: string, scale: number, mode: Mode, distribution: "uniform" | "normal"): Initializer {
  return {
    name,
    options: {},
    create(shape, random) {
      const spread = variance(shape, scale, mode);
      const limit = Math.sqrt(3 * spread);
      const deviation = Math.sqrt(spread) / truncatedDeviation;
      const numbers = new Float32Array(sizeOf(shape));
      for (let i = 0; i < numbers.length; i++) {
        const isUniform = distribution === "uniform";
        numbers[i] = isUniform ? (2 * random.uniform() - 1) * limit : truncatedNormal(random) * deviation;
      }
      return numbers;
    },
  };
}

/**
 * Uniform in ±√(6 / (fanIn + fanOut)): keeps the size of signals and gradients with linear or saturating activations.
 *
 * @see Glorot & Bengio 2010
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.glorotUniform() }); // the default
 */
export function glorotUniform(): Initializer {
  return scaled("glorotUniform", 1, "fanAverage", "uniform");
}

/**
 * Normal, cut off at two standard deviations, with variance 2 / (fanIn + fanOut).
 *
 * @see Glorot & Bengio 2010
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.glorotNormal() });
 */
export function glorotNormal(): Initializer {
  return scaled("glorotNormal", 1, "fanAverage", "normal");
}

/**
 * Uniform in ±√(6 / fanIn): keeps the size of signals with ReLU.
 *
 * @see He et al. 2015
 * @example
 * layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: initializers.heUniform() });
 */
export function heUniform(): Initializer {
  return scaled("heUniform", 2, "fanIn", "uniform");
}

/**
 * Normal, cut off at two standard deviations, with variance 2 / fanIn.
 *
 * @see He et al. 2015
 * @example
 * layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: initializers.heNormal() });
 */
export function heNormal(): Initializer {
  return scaled("heNormal", 2, "fanIn", "normal");
}

/**
 * Uniform in ±√(3 / fanIn).
 *
 * @see LeCun et al. 1998
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.lecunUniform() });
 */
export function lecunUniform(): Initializer {
  return scaled("lecunUniform", 1, "fanIn", "uniform");
}

/**
 * Normal, cut off at two standard deviations, with variance 1 / fanIn.
 *
 * @see LeCun et al. 1998
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.lecunNormal() });
 */
export function lecunNormal(): Initializer {
  return scaled("lecunNormal", 1, "fanIn", "normal");
}
