import { requirePositive } from "../core/require.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, maximum, multiply, sqrt, square } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { ones } from "../initializers/zeros.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface UnitNormalizationOptions extends LayerOptions {
  /** Axes that are normalized together, counted with the batch as axis 0. Default −1. */
  axis?: number | readonly number[];
}

export interface RmsNormalizationOptions extends UnitNormalizationOptions {
  /** Added to the mean square. Default 1e-6. */
  epsilon?: number;
}

abstract class AlongAxes extends Layer {
  protected readonly settings: UnitNormalizationOptions;

  constructor(options: UnitNormalizationOptions) {
    super(options);
    this.settings = options;
  }

  protected axes(rank: number): number[] {
    const axes = [this.settings.axis ?? -1].flat();
    return axes.map((axis) => sampleAxis(this.name, rank, axis)).sort((a, b) => a - b);
  }

  override outputShape(inputShape: Shape): Shape {
    this.axes(inputShape.length + 1);
    return inputShape;
  }
}

class RmsNormalization extends AlongAxes {
  readonly type = "rmsNormalization";
  private readonly epsilon: number;

  constructor(options: RmsNormalizationOptions) {
    super(options);
    checkLayerOptions("rmsNormalization", options, ["axis", "epsilon"]);
    this.epsilon = options.epsilon ?? 1e-6;
    requirePositive("layers.rmsNormalization", { epsilon: this.epsilon });
  }

  override build(inputShape: Shape): void {
    const shape = this.axes(inputShape.length + 1).map((axis) => inputShape[axis - 1]);
    this.addWeight("scale", shape, ones());
  }

  override call(input: Value): Value {
    const axes = this.axes(input.shape.length);
    const shape = input.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
    const meanSquare = reduceMean(square(input), { axes, keepDims: true });
    const normalized = divide(input, sqrt(add(meanSquare, this.epsilon)));
    return multiply(normalized, reshape(this.weight(input, "scale"), shape));
  }
}

/**
 * Divides by the root of the mean square along axes and multiplies by a scale that is learned: [N, …] → [N, …].
 *
 * Weights: scale, of the shape of the axes.
 *
 * @throws OptionError if epsilon is not positive.
 * @throws ShapeError if there is no such axis.
 * @see Zhang & Sennrich 2019
 * @see https://keras.io/api/layers/normalization_layers/rms_normalization/
 * @example
 * layers.rmsNormalization();
 */
export function rmsNormalization(options: RmsNormalizationOptions = {}): Layer {
  return new RmsNormalization(options);
}

/** Keras's smallest length that is divided by. */
const leastLength = 1e-12;

class UnitNormalization extends AlongAxes {
  readonly type = "unitNormalization";

  constructor(options: UnitNormalizationOptions) {
    super(options);
    checkLayerOptions("unitNormalization", options, ["axis"]);
  }

  override call(input: Value): Value {
    const squares = reduceSum(square(input), { axes: this.axes(input.shape.length), keepDims: true });
    return divide(input, sqrt(maximum(squares, leastLength ** 2)));
  }
}

/**
 * Gives each sample length 1 along axes: [N, …] → [N, …]. Zeros stay.
 *
 * @throws ShapeError if there is no such axis.
 * @see https://keras.io/api/layers/normalization_layers/unit_normalization/
 * @example
 * layers.unitNormalization({ axis: 1 });
 */
export function unitNormalization(options: UnitNormalizationOptions = {}): Layer {
  return new UnitNormalization(options);
}
