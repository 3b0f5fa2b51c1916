import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { Augmentation } from "./augmentation.ts";
import { type Factor, type Range, valueRangeOf } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";
import { randomBrightness } from "./random-brightness.ts";
import { randomContrast } from "./random-contrast.ts";
import { randomHue } from "./random-hue.ts";
import { randomSaturation } from "./random-saturation.ts";

export interface RandomColorJitterOptions extends LayerOptions {
  /** As for {@link randomBrightness}. Default: the brightness stays. */
  brightnessFactor?: Factor;
  /** As for {@link randomContrast}. Default: the contrast stays. */
  contrastFactor?: Factor;
  /** As for {@link randomSaturation}. Default: the saturation stays. */
  saturationFactor?: Factor;
  /** As for {@link randomHue}. Default: hues stay. */
  hueFactor?: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

const known = ["valueRange", "brightnessFactor", "contrastFactor", "saturationFactor", "hueFactor"];

class RandomColorJitter extends Augmentation {
  readonly type = "randomColorJitter";
  private readonly steps: readonly Augmentation[];

  constructor(options: RandomColorJitterOptions) {
    super(options);
    checkLayerOptions("randomColorJitter", options, known);
    const valueRange = valueRangeOf("layers.randomColorJitter", options.valueRange);
    const step = (
      factor: Factor | undefined,
      make: (options: { factor: Factor; valueRange: Range }) => Layer,
    ) => (factor === undefined ? [] : [make({ factor, valueRange }) as Augmentation]);
    this.steps = [
      ...step(options.brightnessFactor, randomBrightness),
      ...step(options.contrastFactor, randomContrast),
      ...step(options.saturationFactor, randomSaturation),
      ...step(options.hueFactor, randomHue),
    ];
  }

  override outputShape(inputShape: Shape): Shape {
    return this.steps.reduce((shape, step) => step.outputShape(shape), super.outputShape(inputShape));
  }

  override augment(images: Value, context: CallContext): Value {
    return this.steps.reduce((changed, step) => step.augment(changed, context), images);
  }
}

/**
 * Changes brightness, contrast, saturation and hue, in this order, while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is out of its range.
 * @throws ShapeError if saturation or hue is to change and images do not have 3 channels.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_color_jitter/
 * @example
 * layers.randomColorJitter({ brightnessFactor: 0.1, contrastFactor: 0.2, hueFactor: 0.05, valueRange: [0, 1] });
 */
export function randomColorJitter(options: RandomColorJitterOptions = {}): Layer {
  return new RandomColorJitter(options);
}
