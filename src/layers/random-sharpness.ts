import type { Value } from "../graph/graph.ts";
import { add, multiply, subtract } from "../graph/ops/elementwise.ts";
import { conv } from "../graph/ops/write-conv.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomSharpnessOptions extends LayerOptions {
  /** From 0 (blurred) over 0.5 (as it is) to 1 (sharpened); a single number: from 0 to it. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomSharpness extends Augmentation {
  readonly type = "randomSharpness";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomSharpnessOptions) {
    super(options);
    checkLayerOptions("randomSharpness", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomSharpness", "factor", options.factor, [0, 1]);
    this.valueRange = valueRangeOf("layers.randomSharpness", options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const channels = images.shape[3];
    const [u] = uniforms(images, context, 1);
    const smooth = Float32Array.from(
      { length: 9 * channels },
      (_, i) => (Math.floor(i / channels) === 4 ? 5 : 1) / 13,
    );
    const kernel = images.graph.constant(smooth, [3, 3, 1, channels]);
    const smoothed = conv(images, kernel, { padding: "same", groups: channels });
    const blurred = subtract(1, multiply(within(u, this.factor), 2));
    return clip(add(images, multiply(subtract(smoothed, images), blurred)), this.valueRange);
  }
}

/**
 * Blurs or sharpens images while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_sharpness/
 * @example
 * layers.randomSharpness({ factor: [0.3, 0.8], valueRange: [0, 1] });
 */
export function randomSharpness(options: RandomSharpnessOptions): Layer {
  return new RandomSharpness(options);
}
