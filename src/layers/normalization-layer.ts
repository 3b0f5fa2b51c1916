import { type ConstraintChoice, constraintOf } from "../constraints/table.ts";
import { requirePositive } from "../core/require.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { type RegularizerChoice, regularizerOf } from "../regularizers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

/** Options of layers that normalize each sample by itself. */
export interface SampleNormalizationOptions extends LayerOptions {
  /** Added to the variance. Default 0.001. */
  epsilon?: number;
  /** Learn what is added, beta. Default true. */
  center?: boolean;
  /** Learn what is multiplied by, gamma. Default true. */
  scale?: boolean;
  /** Default `"zeros"`. */
  betaInitializer?: InitializerChoice;
  /** Default `"ones"`. */
  gammaInitializer?: InitializerChoice;
  /** A price on beta. Default none. */
  betaRegularizer?: RegularizerChoice;
  /** A price on gamma. Default none. */
  gammaRegularizer?: RegularizerChoice;
  /** Where beta may lie. Default anywhere. */
  betaConstraint?: ConstraintChoice;
  /** Where gamma may lie. Default anywhere. */
  gammaConstraint?: ConstraintChoice;
}

const known = ["epsilon", "center", "scale"].concat(
  ["beta", "gamma"].flatMap((name) => [`${name}Initializer`, `${name}Regularizer`, `${name}Constraint`]),
);

/** Normalizes each sample by itself: layer and group normalization. */
export abstract class SampleNormalization<Options extends SampleNormalizationOptions> extends Layer {
  readonly type: string;
  protected readonly settings: Options;
  private readonly epsilon: number;

  constructor(type: string, options: Options, others: readonly string[]) {
    super(options);
    this.type = type;
    checkLayerOptions(type, options, [...known, ...others]);
    this.settings = options;
    this.epsilon = options.epsilon ?? 0.001;
    requirePositive(`layers.${type}`, { epsilon: this.epsilon });
  }

  protected addScaleAndCenter(shape: Shape): void {
    const {
      scale = true,
      center = true,
      gammaInitializer = "ones",
      betaInitializer = "zeros",
    } = this.settings;
    const { gammaRegularizer, gammaConstraint, betaRegularizer, betaConstraint } = this.settings;
    if (scale) {
      this.addWeight("gamma", shape, initializerOf(this.name, gammaInitializer), {
        regularizer: gammaRegularizer && regularizerOf(this.name, gammaRegularizer),
        constraint: gammaConstraint && constraintOf(this.name, gammaConstraint),
      });
    }
    if (center) {
      this.addWeight("beta", shape, initializerOf(this.name, betaInitializer), {
        regularizer: betaRegularizer && regularizerOf(this.name, betaRegularizer),
        constraint: betaConstraint && constraintOf(this.name, betaConstraint),
      });
    }
  }

  /** (x − mean) / √(variance + ε) along axes. */
  protected normalize(input: Value, axes: readonly number[]): Value {
    const centered = subtract(input, reduceMean(input, { axes, keepDims: true }));
    const variance = reduceMean(square(centered), { axes, keepDims: true });
    return divide(centered, sqrt(add(variance, this.epsilon)));
  }

  /** γ · x + β, whose weights lie along axes. */
  protected scaleAndCenter(input: Value, axes: readonly number[]): Value {
    const { scale = true, center = true } = this.settings;
    const shape = input.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
    const along = (name: string) => reshape(this.weight(input, name), shape);
    const scaled = scale ? multiply(input, along("gamma")) : input;
    return center ? add(scaled, along("beta")) : scaled;
  }
}
