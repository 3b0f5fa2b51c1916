import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, multiply, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { requireChannels, rgbToGray } from "./hsv.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomColorDegenerationOptions extends LayerOptions {
  /** From 0 (as it is) to 1 (gray); a single number: from 0 to it. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomColorDegeneration extends Augmentation {
  readonly type = "randomColorDegeneration";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomColorDegenerationOptions) {
    super(options);
    checkLayerOptions("randomColorDegeneration", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomColorDegeneration", "factor", options.factor, [0, 1]);
    this.valueRange = valueRangeOf("layers.randomColorDegeneration", options.valueRange);
  }

  override outputShape(inputShape: Shape): Shape {
    requireChannels(this.name, super.outputShape(inputShape), [1, 3]);
    return inputShape;
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    const duller = add(images, multiply(subtract(rgbToGray(images), images), within(u, this.factor)));
    return clip(duller, this.valueRange);
  }
}

/**
 * Makes colours fade towards gray while training: [N, H, W, 3] → [N, H, W, 3].
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @throws ShapeError unless images have 1 or 3 channels.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_degeneration/
 * @example
 * layers.randomColorDegeneration({ factor: 0.5, valueRange: [0, 1] });
 */
export function randomColorDegeneration(options: RandomColorDegenerationOptions): Layer {
  return new RandomColorDegeneration(options);
}
