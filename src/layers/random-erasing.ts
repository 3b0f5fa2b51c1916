import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import { add, greaterEqual, less, multiply, select, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomErasingOptions extends LayerOptions {
  /** How likely a piece is erased, from 0 to 1, drawn for each image. Default 1: a probability between 0 and 1. */
  factor?: Factor;
  /** Share of the area that is erased, from 0 to 1. Default [0.02, 0.33]. */
  scale?: Factor;
  /** What stands there then, one number or one for each channel. Default: normal noise, clipped to `valueRange`. */
  fillValue?: number | readonly number[];
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

const where = "layers.randomErasing";

class RandomErasing extends Augmentation {
  readonly type = "randomErasing";
  private readonly factor: Range;
  private readonly scale: Range;
  private readonly fillValue: readonly number[] | undefined;
  private readonly valueRange: Range;

  constructor(options: RandomErasingOptions) {
    super(options);
    checkLayerOptions("randomErasing", options, ["factor", "scale", "fillValue", "valueRange"]);
    const { factor = 1, scale = [0.02, 0.33], fillValue } = options;
    this.factor = factorRange(where, "factor", factor, [0, 1]);
    this.scale = factorRange(where, "scale", scale, [0, 1]);
    this.valueRange = valueRangeOf(where, options.valueRange);
    const numbers: readonly number[] | undefined = typeof fillValue === "number" ? [fillValue] : fillValue;
    if (numbers && !(numbers.length > 0 && numbers.every(Number.isFinite))) {
      const received = JSON.stringify(fillValue);
      throw new OptionError({ where, expected: "fillValue as one number or one for each channel", received });
    }
    this.fillValue = numbers;
  }

  override augment(images: Value, context: CallContext): Value {
    const { graph } = images;
    const [, height, width, channels] = images.shape;
    const [share, otherShare, left, top, likely, threshold] = uniforms(images, context, 6);
    const places = (length: number, shape: readonly number[]): Value =>
      graph.constant(
        Float32Array.from({ length }, (_, i) => i),
        shape,
      );
    const isErasedAlong = (places: Value, length: number, scale: Value, start: Value): Value => {
      const erased = multiply(sqrt(within(scale, this.scale)), length);
      const from = multiply(start, subtract(length, erased));
      return multiply(greaterEqual(places, from), less(places, add(from, erased)));
    };
    const columns = isErasedAlong(places(width, [1, 1, width, 1]), width, share, left);
    const rows = isErasedAlong(places(height, [1, height, 1, 1]), height, otherShare, top);
    const isErased = less(threshold, within(likely, this.factor));
    return select(
      multiply(multiply(rows, columns), isErased),
      this.filling(images, channels, context),
      images,
    );
  }

  private filling(images: Value, channels: number, context: CallContext): Value {
    const { fillValue, valueRange } = this;
    if (!fillValue) {
      return clip(multiply(context.normal(images.graph, images.shape.slice(1)), valueRange[1]), valueRange);
    }
    if (fillValue.length === 1 || fillValue.length === channels) {
      const shape = [1, 1, 1, fillValue.length];
      return clip(images.graph.constant(Float32Array.from(fillValue), shape), valueRange);
    }
    throw new OptionError({
      where,
      expected: `a fillValue for each of ${channels} channels`,
      received: JSON.stringify(fillValue),
    });
  }
}

/**
 * Fills a random rectangle of an image with noise or a value while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is not within 0 and 1.
 * @see Zhong et al. 2017, "Random erasing data augmentation"
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_erasing/
 * @example
 * layers.randomErasing({ scale: [0.02, 0.2], fillValue: 0, valueRange: [0, 1] });
 */
export function randomErasing(options: RandomErasingOptions = {}): Layer {
  return new RandomErasing(options);
}
