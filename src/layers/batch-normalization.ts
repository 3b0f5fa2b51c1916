import { OptionError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface BatchNormalizationOptions extends LayerOptions {
  /** Axis of the channels, counted with the batch as axis 0. Default −1. */
  axis?: number;
  /** Share of the moving statistics that stays at each step, in [0, 1]. Default 0.99. */
  momentum?: number;
  /** Added to the variance. Default 0.001. */
  epsilon?: number;
  /** Learn what is added to each channel, beta. Default true. */
  center?: boolean;
  /** Learn what each channel is multiplied by, gamma. Default true. */
  scale?: boolean;
  /** Default `"zeros"`. */
  betaInitializer?: InitializerChoice;
  /** Default `"ones"`. */
  gammaInitializer?: InitializerChoice;
  /** Default `"zeros"`. */
  movingMeanInitializer?: InitializerChoice;
  /** Default `"ones"`. */
  movingVarianceInitializer?: InitializerChoice;
}

const known = [
  "axis",
  "momentum",
  "epsilon",
  "center",
  "scale",
  "betaInitializer",
  "gammaInitializer",
  "movingMeanInitializer",
  "movingVarianceInitializer",
];

class BatchNormalization extends Layer {
  readonly type = "batchNormalization";
  private readonly settings: BatchNormalizationOptions;
  private readonly momentum: number;
  private readonly epsilon: number;

  constructor(options: BatchNormalizationOptions) {
    super(options);
    checkLayerOptions("batchNormalization", options, known);
    const { momentum = 0.99, epsilon = 0.001 } = options;
    const require = (holds: boolean, expected: string, received: number): void => {
      if (holds) return;
      throw new OptionError({ where: "layers.batchNormalization", expected, received: String(received) });
    };
    require(momentum >= 0 && momentum <= 1, "momentum in [0, 1]", momentum);
    require(epsilon > 0 && epsilon < Infinity, "epsilon to be a positive number", epsilon);
    this.settings = options;
    this.momentum = momentum;
    this.epsilon = epsilon;
  }

  private axis(rank: number): number {
    return sampleAxis(this.name, rank, this.settings.axis ?? -1);
  }

  override outputShape(inputShape: Shape): Shape {
    this.axis(inputShape.length + 1);
    return inputShape;
  }

  override build(inputShape: Shape): void {
    const { center = true, scale = true } = this.settings;
    const { betaInitializer = "zeros", gammaInitializer = "ones" } = this.settings;
    const { movingMeanInitializer = "zeros", movingVarianceInitializer = "ones" } = this.settings;
    const shape = [inputShape[this.axis(inputShape.length + 1) - 1]];
    const make = (choice: InitializerChoice) => initializerOf(this.name, choice);
    if (scale) this.addWeight("gamma", shape, make(gammaInitializer));
    if (center) this.addWeight("beta", shape, make(betaInitializer));
    this.addWeight("moving_mean", shape, make(movingMeanInitializer), { trainable: false });
    this.addWeight("moving_variance", shape, make(movingVarianceInitializer), { trainable: false });
  }

  override call(input: Value, context: CallContext): Value {
    const { center = true, scale = true } = this.settings;
    const rank = input.shape.length;
    const axis = this.axis(rank);
    /** Numbers of the channels, set so that they repeat along all other axes. */
    const alongAxis = (channels: Value): Value => {
      if (axis === rank - 1) return channels;
      return reshape(channels, [channels.shape[0], ...new Array<number>(rank - 1 - axis).fill(1)]);
    };
    const factorOf = (variance: Value): Value => {
      const deviation = sqrt(add(variance, this.epsilon));
      return scale ? divide(this.weight(input, "gamma"), deviation) : divide(1, deviation);
    };
    if (!context.training || !this.trainable) {
      /* One factor and one summand for each channel, made of weights alone. */
      const factor = factorOf(this.weight(input, "moving_variance"));
      const shift = multiply(this.weight(input, "moving_mean"), factor);
      const summand = center ? subtract(this.weight(input, "beta"), shift) : multiply(shift, -1);
      return add(multiply(input, alongAxis(factor)), alongAxis(summand));
    }
    const axes = input.shape.flatMap((_, i) => (i === axis ? [] : [i]));
    const mean = reduceMean(input, { axes });
    const centered = subtract(input, alongAxis(mean));
    const variance = reduceMean(square(centered), { axes });
    this.move(input, context, "moving_mean", mean);
    this.move(input, context, "moving_variance", variance);
    const normalized = multiply(centered, alongAxis(factorOf(variance)));
    return center ? add(normalized, alongAxis(this.weight(input, "beta"))) : normalized;
  }

  /** moving ← momentum · moving + (1 − momentum) · batch */
  private move(input: Value, context: CallContext, name: string, batch: Value): void {
    this.updateWeight(input, name, context, (before) =>
      add(multiply(before, this.momentum), multiply(batch, 1 - this.momentum)),
    );
  }
}

/**
 * Gives every channel mean 0 and variance 1 over the batch, then a scale and an offset that are learned: [N, …, C] →
 * [N, …, C].
 *
 *     y = γ · (x − mean) / √(variance + ε) + β
 *
 * Training uses the batch's own mean and (population) variance and keeps moving averages of them; prediction, and a
 * frozen layer in training too, uses the moving averages and changes nothing.
 *
 * Weights: gamma, beta, moving_mean, moving_variance [C]; the last two are statistics.
 *
 * @throws OptionError if momentum or epsilon is out of range.
 * @see Ioffe & Szegedy 2015
 * @see https://keras.io/api/layers/normalization_layers/batch_normalization/
 * @example
 * layers.batchNormalization({ momentum: 0.9 });
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  return new BatchNormalization(options);
}
