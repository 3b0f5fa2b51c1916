import type { Value } from "../graph/graph.ts";
import { add, less, multiply, select, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface SolarizationOptions extends LayerOptions {
  /** Share of the value range that is added first, from 0 to 1; a single number: from 0 to it. Default 0. */
  additionFactor?: Factor;
  /** Share of the value range from which on numbers are inverted, likewise. Default 0: all are. */
  thresholdFactor?: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

class Solarization extends Augmentation {
  readonly type = "solarization";
  private readonly addition: Range;
  private readonly threshold: Range;
  private readonly valueRange: Range;

  constructor(options: SolarizationOptions) {
    super(options);
    const where = "layers.solarization";
    checkLayerOptions("solarization", options, ["additionFactor", "thresholdFactor", "valueRange"]);
    this.addition = factorRange(where, "additionFactor", options.additionFactor ?? 0, [0, 1]);
    this.threshold = factorRange(where, "thresholdFactor", options.thresholdFactor ?? 0, [0, 1]);
    this.valueRange = valueRangeOf(where, options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const [u, v] = uniforms(images, context, 2);
    const [low, high] = this.valueRange;
    const share = (uniform: Value, factor: Range) => multiply(within(uniform, factor), high - low);
    const lighter = clip(add(images, share(u, this.addition)), this.valueRange);
    const isBelow = less(lighter, add(share(v, this.threshold), low));
    return select(isBelow, lighter, subtract(low + high, lighter));
  }
}

/**
 * Inverts the light parts of images while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is not within 0 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/solarization/
 * @example
 * layers.solarization({ thresholdFactor: [0.5, 1], valueRange: [0, 1] });
 */
export function solarization(options: SolarizationOptions = {}): Layer {
  return new Solarization(options);
}
