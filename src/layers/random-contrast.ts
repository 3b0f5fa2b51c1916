import type { Value } from "../graph/graph.ts";
import { add, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomContrastOptions extends LayerOptions {
  /** Contrast is drawn from 1 − low to 1 + high, both from 0 to 1; a single number stands for both. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomContrast extends Augmentation {
  readonly type = "randomContrast";
  private readonly contrast: Range;
  private readonly valueRange: Range;

  constructor(options: RandomContrastOptions) {
    super(options);
    const where = "layers.randomContrast";
    checkLayerOptions("randomContrast", options, ["factor", "valueRange"]);
    const { factor } = options;
    const [low, high] = factorRange(
      where,
      "factor",
      typeof factor === "number" ? [factor, factor] : factor,
      [0, 1],
    );
    this.contrast = [1 - low, 1 + high];
    this.valueRange = valueRangeOf(where, options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    const mean = reduceMean(images, { axes: [1, 2], keepDims: true });
    const changed = add(multiply(subtract(images, mean), within(u, this.contrast)), mean);
    return clip(changed, this.valueRange);
  }
}

/**
 * Moves each channel of an image away from its mean or towards it while training: [N, H, W, C] → [N, H, W, C].
 *
 * (x − mean) · contrast + mean, clipped to `valueRange`.
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/
 * @example
 * layers.randomContrast({ factor: 0.2, valueRange: [0, 1] });
 */
export function randomContrast(options: RandomContrastOptions): Layer {
  return new RandomContrast(options);
}
