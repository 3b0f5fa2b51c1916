import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise. */
  stddev: number;
}

class GaussianNoise extends Layer {
  readonly type = "gaussianNoise";
  private readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    super(options);
    checkLayerOptions("gaussianNoise", options, ["stddev"]);
    requireNumbers("layers.gaussianNoise", { stddev: options.stddev }, 0);
    this.stddev = options.stddev;
  }

  override call(input: Value, context: CallContext): Value {
    if (!context.training || this.stddev === 0) return input;
    return add(input, multiply(context.normal(input.graph, input.shape.slice(1)), this.stddev));
  }
}

/**
 * While training, adds normal noise with mean 0: [N, …] → [N, …]. Does nothing otherwise.
 *
 * @throws OptionError if the deviation is no number or negative.
 * @see https://keras.io/api/layers/regularization_layers/gaussian_noise/
 * @example
 * layers.gaussianNoise({ stddev: 0.1 });
 */
export function gaussianNoise(options: GaussianNoiseOptions): Layer {
  return new GaussianNoise(options);
}

export interface GaussianDropoutOptions extends LayerOptions {
  /** Rate of the dropout that varies as much, in [0, 0.999]. */
  rate: number;
}

class GaussianDropout extends Layer {
  readonly type = "gaussianDropout";
  private readonly rate: number;

  constructor(options: GaussianDropoutOptions) {
    super(options);
    checkLayerOptions("gaussianDropout", options, ["rate"]);
    requireNumbers("layers.gaussianDropout", { rate: options.rate }, 0, 0.999);
    this.rate = options.rate;
  }

  override call(input: Value, context: CallContext): Value {
    if (!context.training || this.rate === 0) return input;
    const deviation = Math.sqrt(this.rate / (1 - this.rate));
    const noise = context.normal(input.graph, input.shape.slice(1));
    return multiply(input, add(multiply(noise, deviation), 1));
  }
}

/**
 * While training, multiplies by normal noise with mean 1 and deviation √(rate / (1 − rate)): [N, …] → [N, …]. Does
 * nothing otherwise.
 *
 * @throws OptionError if the rate is out of range.
 * @see Srivastava et al. 2014
 * @see https://keras.io/api/layers/regularization_layers/gaussian_dropout/
 * @example
 * layers.gaussianDropout({ rate: 0.2 });
 */
export function gaussianDropout(options: GaussianDropoutOptions): Layer {
  return new GaussianDropout(options);
}
