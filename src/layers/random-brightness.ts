import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomBrightnessOptions extends LayerOptions {
  /** Share of the value range that is added, from −1 (black) to 1 (white); a single number reaches to both sides. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomBrightness extends Augmentation {
  readonly type = "randomBrightness";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomBrightnessOptions) {
    super(options);
    checkLayerOptions("randomBrightness", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomBrightness", "factor", options.factor, [-1, 1]);
    this.valueRange = valueRangeOf("layers.randomBrightness", options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    const [low, high] = this.valueRange;
    return clip(add(images, multiply(within(u, this.factor), high - low)), this.valueRange);
  }
}

/**
 * Makes images lighter or darker while training: [N, H, W, C] → [N, H, W, C].
 *
 * Adds one random number to all channels of an image and clips to `valueRange`.
 *
 * @throws OptionError if the factor is not within −1 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/
 * @example
 * layers.randomBrightness({ factor: 0.2, valueRange: [0, 1] });
 */
export function randomBrightness(options: RandomBrightnessOptions): Layer {
  return new RandomBrightness(options);
}
