import { requireNumbers } from "../core/require.ts";
import { drawn } from "./drawn.ts";
import type { Initializer, SeedOptions } from "./initializer.ts";
import { truncated, untruncated } from "./normal-numbers.ts";

export interface RandomNormalOptions extends SeedOptions {
  /** Default 0. */
  mean?: number;
  /** Standard deviation. Default 0.05. */
  stddev?: number;
}

/**
 * Normal with a mean and a standard deviation.
 *
 * @throws OptionError if the mean is not finite or the deviation below 0.
 * @see https://keras.io/api/layers/initializers/#randomnormal-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.randomNormal({ stddev: 0.02 }) });
 */
export function randomNormal(options: RandomNormalOptions = {}): Initializer {
  const { mean = 0, stddev = 0.05 } = options;
  requireNumbers("initializers.randomNormal", { mean });
  requireNumbers("initializers.randomNormal", { stddev }, 0);
  return drawn("randomNormal", options, ["mean", "stddev"], (_, random) => untruncated(mean, stddev, random));
}

/**
 * Normal, where numbers further than two `stddev` from the mean are drawn again; so the standard deviation of what
 * comes out is 0.88 · stddev.
 *
 * @throws OptionError if the mean is not finite or the deviation below 0.
 * @see https://keras.io/api/layers/initializers/#truncatednormal-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.truncatedNormal({ stddev: 0.02 }) });
 */
export function truncatedNormal(options: RandomNormalOptions = {}): Initializer {
  const { mean = 0, stddev = 0.05 } = options;
  requireNumbers("initializers.truncatedNormal", { mean });
  requireNumbers("initializers.truncatedNormal", { stddev }, 0);
  return drawn("truncatedNormal", options, ["mean", "stddev"], (_, random) =>
    truncated(mean, stddev, random),
  );
}

export interface RandomUniformOptions extends SeedOptions {
  /** Smallest number. Default −0.05. */
  minval?: number;
  /** Limit that is not reached, but for rounding. Default 0.05. */
  maxval?: number;
}

/**
 * Uniform in [minval, maxval).
 *
 * @throws OptionError if a limit is not finite or maxval is below minval.
 * @see https://keras.io/api/layers/initializers/#randomuniform-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.randomUniform({ minval: 0, maxval: 0.1 }) });
 */
export function randomUniform(options: RandomUniformOptions = {}): Initializer {
  const { minval = -0.05, maxval = 0.05 } = options;
  requireNumbers("initializers.randomUniform", { minval });
  requireNumbers("initializers.randomUniform", { maxval }, minval);
  return drawn(
    "randomUniform",
    options,
    ["minval", "maxval"],
    (_, random) => () => minval + random.uniform() * (maxval - minval),
  );
}
