import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { hsvToRgb, requireChannels, rgbToHsv } from "./hsv.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomSaturationOptions extends LayerOptions {
  /** From 0 (gray) over 0.5 (as it is) to 1 (as colourful as can be); a single number: from 0 to it. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomSaturation extends Augmentation {
  readonly type = "randomSaturation";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomSaturationOptions) {
    super(options);
    checkLayerOptions("randomSaturation", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomSaturation", "factor", options.factor, [0, 1]);
    this.valueRange = valueRangeOf("layers.randomSaturation", options.valueRange);
  }

  override outputShape(inputShape: Shape): Shape {
    requireChannels(this.name, super.outputShape(inputShape), [3]);
    return inputShape;
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    const [low] = this.valueRange;
    const factor = within(u, this.factor);
    const strength = divide(factor, add(subtract(1, factor), 1e-7));
    const hsv = rgbToHsv(subtract(images, low));
    const saturation = clip(multiply(hsv.saturation, strength), [0, 1]);
    return add(hsvToRgb({ ...hsv, saturation }), low);
  }
}

/**
 * Makes colours duller or stronger while training: [N, H, W, 3] → [N, H, W, 3].
 *
 * Saturation is multiplied by factor / (1 − factor) and clipped to [0, 1].
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @throws ShapeError unless images have 3 channels.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_saturation/
 * @example
 * layers.randomSaturation({ factor: [0.4, 0.6], valueRange: [0, 1] });
 */
export function randomSaturation(options: RandomSaturationOptions): Layer {
  return new RandomSaturation(options);
}
