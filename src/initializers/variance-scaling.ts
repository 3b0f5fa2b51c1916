import { lookUp, type Spelling } from "../core/names.ts";
import { requirePositive } from "../core/require.ts";
import { fans, type Shape } from "../core/shape.ts";
import { drawn } from "./drawn.ts";
import type { Initializer, SeedOptions } from "./initializer.ts";
import { truncated, truncatedDeviation, untruncated } from "./normal-numbers.ts";

type Mode = "fanIn" | "fanOut" | "fanAvg";
type Distribution = "truncatedNormal" | "untruncatedNormal" | "uniform";

interface Scaling {
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;
}

const modes: Record<Mode, (shape: Shape) => number> = {
  fanIn: (shape) => fans(shape).fanIn,
  fanOut: (shape) => fans(shape).fanOut,
  fanAvg: (shape) => (fans(shape).fanIn + fans(shape).fanOut) / 2,
};

function scaled(
  name: string,
  options: SeedOptions,
  known: readonly string[],
  { scale, mode, distribution }: Scaling,
): Initializer {
  return drawn(name, options, known, (shape, random) => {
    const variance = scale / Math.max(1, modes[mode](shape));
    const limit = Math.sqrt(3 * variance);
    if (distribution === "uniform") return () => (2 * random.uniform() - 1) * limit;
    if (distribution === "untruncatedNormal") return untruncated(0, Math.sqrt(variance), random);
    return truncated(0, Math.sqrt(variance) / truncatedDeviation, random);
  });
}

export interface VarianceScalingOptions extends SeedOptions {
  /** The variance times the fan. Default 1. */
  scale?: number;
  /** What the variance is divided by: inputs, outputs, or the mean of both. Default `"fanIn"`. */
  mode?: Spelling<Mode>;
  /** Default `"truncatedNormal"`: numbers beyond two standard deviations are drawn again. */
  distribution?: Spelling<Distribution>;
}

/**
 * Mean 0 and variance scale / fan, where the fan of a kernel [kH, kW, inC, outC] is kH · kW · inC or kH · kW · outC.
 *
 * @throws OptionError if the scale is not positive, or there is no such mode or distribution.
 * @see https://keras.io/api/layers/initializers/#variancescaling-class
 * @example
 * const start = initializers.varianceScaling({ scale: 2, mode: "fanOut", distribution: "untruncatedNormal" });
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const where = "initializers.varianceScaling";
  const { scale = 1, mode = "fanIn", distribution = "truncatedNormal" } = options;
  requirePositive(where, { scale });
  const distributions = {
    truncatedNormal: "truncatedNormal",
    untruncatedNormal: "untruncatedNormal",
    uniform: "uniform",
  } as const;
  return scaled("varianceScaling", options, ["scale", "mode", "distribution"], {
    scale,
    mode: lookUp(where, { fanIn: "fanIn", fanOut: "fanOut", fanAvg: "fanAvg" } as const, mode),
    distribution: lookUp(where, distributions, distribution),
  });
}

/**
 * Normal, cut off at two standard deviations, with variance 2 / (fanIn + fanOut).
 *
 * @see Glorot & Bengio 2010
 * @see https://keras.io/api/layers/initializers/#glorotnormal-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.glorotNormal() });
 */
export function glorotNormal(options: SeedOptions = {}): Initializer {
  return scaled("glorotNormal", options, [], { scale: 1, mode: "fanAvg", distribution: "truncatedNormal" });
}

/**
 * Uniform in ±√(6 / fanIn): keeps the size of signals with ReLU.
 *
 * @see He et al. 2015
 * @see https://keras.io/api/layers/initializers/#heuniform-class
 * @example
 * layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: initializers.heUniform() });
 */
export function heUniform(options: SeedOptions = {}): Initializer {
  return scaled("heUniform", options, [], { scale: 2, mode: "fanIn", distribution: "uniform" });
}

/**
 * Normal, cut off at two standard deviations, with variance 2 / fanIn.
 *
 * @see He et al. 2015
 * @see https://keras.io/api/layers/initializers/#henormal-class
 * @example
 * layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: initializers.heNormal({ seed: 1 }) });
 */
export function heNormal(options: SeedOptions = {}): Initializer {
  return scaled("heNormal", options, [], { scale: 2, mode: "fanIn", distribution: "truncatedNormal" });
}

/**
 * Uniform in ±√(3 / fanIn).
 *
 * @see LeCun et al. 1998
 * @see https://keras.io/api/layers/initializers/#lecununiform-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.lecunUniform() });
 */
export function lecunUniform(options: SeedOptions = {}): Initializer {
  return scaled("lecunUniform", options, [], { scale: 1, mode: "fanIn", distribution: "uniform" });
}

/**
 * Normal, cut off at two standard deviations, with variance 1 / fanIn.
 *
 * @see LeCun et al. 1998
 * @see https://keras.io/api/layers/initializers/#lecunnormal-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.lecunNormal() });
 */
export function lecunNormal(options: SeedOptions = {}): Initializer {
  return scaled("lecunNormal", options, [], { scale: 1, mode: "fanIn", distribution: "truncatedNormal" });
}
