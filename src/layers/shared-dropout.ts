import { requireNumbers } from "../core/require.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { greaterEqual, multiply } from "../graph/ops/elementwise.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank } from "./require.ts";

export interface SharedDropoutOptions extends LayerOptions {
  /** Share of what is dropped, in [0, 0.999]. */
  rate: number;
}

/** Drops whole parts of a sample: channels, or all of it. */
class SharedDropout extends Layer {
  readonly type: string;
  private readonly rate: number;
  private readonly rank: number | undefined;

  /** @param rank of the samples whose channels are dropped; without it all of a sample is */
  constructor(type: string, options: SharedDropoutOptions, rank?: number) {
    super(options);
    this.type = type;
    checkLayerOptions(type, options, ["rate"]);
    requireNumbers(`layers.${type}`, { rate: options.rate }, 0, 0.999);
    this.rate = options.rate;
    this.rank = rank;
  }

  override outputShape(inputShape: Shape): Shape {
    if (this.rank)
      requireRank(this.name, inputShape, this.rank, `a sample of ${this.rank} axes, channels last`);
    return inputShape;
  }

  override call(input: Value, context: CallContext): Value {
    if (!context.training || this.rate === 0) return input;
    const last = input.shape.length - 1;
    const shape = input.shape.map((length, axis) => (this.rank && axis === last ? length : 1)).slice(1);
    const kept = greaterEqual(context.uniform(input.graph, shape), this.rate);
    return multiply(input, multiply(kept, 1 / (1 - this.rate)));
  }
}

/**
 * Dropout of whole channels: [N, L, C] → [N, L, C]. Does nothing but in training.
 *
 * @throws OptionError if the rate is out of range.
 * @see Tompson et al. 2014
 * @see https://keras.io/api/layers/regularization_layers/spatial_dropout1d/
 * @example
 * layers.spatialDropout1d({ rate: 0.2 });
 */
export function spatialDropout1d(options: SharedDropoutOptions): Layer {
  return new SharedDropout("spatialDropout1d", options, 2);
}

/**
 * Dropout of whole channels: [N, H, W, C] → [N, H, W, C]. Does nothing but in training.
 *
 * @throws OptionError if the rate is out of range.
 * @see Tompson et al. 2014
 * @see https://keras.io/api/layers/regularization_layers/spatial_dropout2d/
 * @example
 * layers.spatialDropout2d({ rate: 0.2 });
 */
export function spatialDropout2d(options: SharedDropoutOptions): Layer {
  return new SharedDropout("spatialDropout2d", options, 3);
}

/**
 * Dropout of whole channels: [N, D, H, W, C] → [N, D, H, W, C]. Does nothing but in training.
 *
 * @throws OptionError if the rate is out of range.
 * @see Tompson et al. 2014
 * @see https://keras.io/api/layers/regularization_layers/spatial_dropout3d/
 * @example
 * layers.spatialDropout3d({ rate: 0.2 });
 */
export function spatialDropout3d(options: SharedDropoutOptions): Layer {
  return new SharedDropout("spatialDropout3d", options, 4);
}

/**
 * Stochastic depth: drops all of a sample, for the branch of a residual block: [N, …] → [N, …]. Does nothing but in
 * training, where what stays is divided by 1 − rate.
 *
 * @throws OptionError if the rate is out of range.
 * @see Huang et al. 2016
 * @example
 * layers.dropPath({ rate: 0.1 });
 */
export function dropPath(options: SharedDropoutOptions): Layer {
  return new SharedDropout("dropPath", options);
}
