import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, exp, floor, multiply, round, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomPosterizationOptions extends LayerOptions {
  /** Bits that each channel keeps, from 1 to 8: at least the lower and fewer than the upper number; a single number: from 1. */
  factor: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

const where = "layers.randomPosterization";

class RandomPosterization extends Augmentation {
  readonly type = "randomPosterization";
  private readonly bits: Range;
  private readonly valueRange: Range;

  constructor(options: RandomPosterizationOptions) {
    super(options);
    checkLayerOptions("randomPosterization", options, ["factor", "valueRange"]);
    const { factor } = options;
    const numbers = typeof factor === "number" ? [1, factor] : [...factor].sort((a, b) => a - b);
    if (numbers.length !== 2 || !numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 8)) {
      const received = JSON.stringify(factor);
      throw new OptionError({
        where,
        expected: "factor as a whole number from 1 to 8, or two of them",
        received,
      });
    }
    this.bits = [numbers[0], numbers[1]];
    this.valueRange = valueRangeOf(where, options.valueRange);
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    const [low, high] = this.valueRange;
    const bits = floor(within(u, this.bits));
    /* 2^(8 − bits): rounded, so that it is exact on every backend. */
    const step = round(exp(multiply(subtract(8, bits), Math.LN2)));
    const bytes = floor(clip(multiply(subtract(images, low), 255 / (high - low)), [0, 255]));
    const coarse = multiply(floor(divide(bytes, step)), step);
    return add(multiply(coarse, (high - low) / 255), low);
  }
}

/**
 * Keeps only the upper bits of each channel while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if the factor is not whole and within 1 and 8.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_posterization/
 * @example
 * layers.randomPosterization({ factor: [3, 7], valueRange: [0, 1] });
 */
export function randomPosterization(options: RandomPosterizationOptions): Layer {
  return new RandomPosterization(options);
}
