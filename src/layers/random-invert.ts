import type { Value } from "../graph/graph.ts";
import { less, select, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomInvertOptions extends LayerOptions {
  /** How likely an image is inverted, from 0 to 1, drawn for each image. Default 1: a probability between 0 and 1. */
  factor?: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomInvert extends Augmentation {
  readonly type = "randomInvert";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomInvertOptions) {
    super(options);
    checkLayerOptions("randomInvert", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomInvert", "factor", options.factor ?? 1, [0, 1]);
    this.valueRange = valueRangeOf("layers.randomInvert", options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const [likely, threshold] = uniforms(images, context, 2);
    const [low, high] = this.valueRange;
    return select(less(threshold, within(likely, this.factor)), subtract(low + high, images), images);
  }
}

/**
 * Makes a negative of some images while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_invert/
 * @example
 * layers.randomInvert({ factor: [0.1, 0.1], valueRange: [0, 1] });
 */
export function randomInvert(options: RandomInvertOptions = {}): Layer {
  return new RandomInvert(options);
}
