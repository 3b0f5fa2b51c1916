import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import type { Layer } from "./layer.ts";
import { SampleNormalization, type SampleNormalizationOptions } from "./normalization-layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface LayerNormalizationOptions extends SampleNormalizationOptions {
  /** Axes that are normalized together, counted with the batch as axis 0. Default −1. */
  axis?: number | readonly number[];
}

class LayerNormalization extends SampleNormalization<LayerNormalizationOptions> {
  constructor(options: LayerNormalizationOptions) {
    super("layerNormalization", options, ["axis"]);
  }

  private axes(rank: number): number[] {
    return [this.settings.axis ?? -1]
      .flat()
      .map((axis) => sampleAxis(this.name, rank, axis))
      .sort((a, b) => a - b);
  }

  override outputShape(inputShape: Shape): Shape {
    this.axes(inputShape.length + 1);
    return inputShape;
  }

  override build(inputShape: Shape): void {
    this.addScaleAndCenter(this.axes(inputShape.length + 1).map((axis) => inputShape[axis - 1]));
  }

  override call(input: Value): Value {
    const axes = this.axes(input.shape.length);
    return this.scaleAndCenter(this.normalize(input, axes), axes);
  }
}

/**
 * Gives each sample mean 0 and variance 1 along an axis or several, then a scale and an offset that are learned:
 * [N, …] → [N, …].
 *
 *     y = γ · (x − mean) / √(variance + ε) + β
 *
 * Weights: gamma, beta, of the shape of the axes.
 *
 * @throws OptionError if epsilon is not positive.
 * @throws ShapeError if there is no such axis.
 * @see Ba et al. 2016
 * @see https://keras.io/api/layers/normalization_layers/layer_normalization/
 * @example
 * layers.layerNormalization({ axis: [1, 2, 3] });
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  return new LayerNormalization(options);
}
