import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, less, multiply, select, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { hsvToRgb, requireChannels, rgbToHsv } from "./hsv.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomHueOptions extends LayerOptions {
  /** How far hues turn in either direction: 1 is half a circle; a single number: from 0 to it. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class RandomHue extends Augmentation {
  readonly type = "randomHue";
  private readonly factor: Range;
  private readonly valueRange: Range;

  constructor(options: RandomHueOptions) {
    super(options);
    checkLayerOptions("randomHue", options, ["factor", "valueRange"]);
    this.factor = factorRange("layers.randomHue", "factor", options.factor, [0, 1]);
    this.valueRange = valueRangeOf("layers.randomHue", options.valueRange);
  }

  override outputShape(inputShape: Shape): Shape {
    requireChannels(this.name, super.outputShape(inputShape), [3]);
    return inputShape;
  }

  override augment(images: Value, context: CallContext): Value {
    const [u, side] = uniforms(images, context, 2);
    const [low] = this.valueRange;
    const turn = multiply(within(u, this.factor), select(less(side, 0.5), -0.5, 0.5));
    const hsv = rgbToHsv(subtract(images, low));
    return add(hsvToRgb({ ...hsv, hue: add(hsv.hue, turn) }), low);
  }
}

/**
 * Turns all hues of an image by a random angle while training: [N, H, W, 3] → [N, H, W, 3].
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @throws ShapeError unless images have 3 channels.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_hue/
 * @example
 * layers.randomHue({ factor: 0.1, valueRange: [0, 1] });
 */
export function randomHue(options: RandomHueOptions): Layer {
  return new RandomHue(options);
}
