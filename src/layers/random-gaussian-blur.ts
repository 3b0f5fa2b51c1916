import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, exp, less, multiply, select, square } from "../graph/ops/elementwise.ts";
import { pad, slice } from "../graph/ops/pad.ts";
import { Augmentation, clip, uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, valueRangeOf, within } from "./factor.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomGaussianBlurOptions extends LayerOptions {
  /** How likely an image is blurred, from 0 to 1, drawn for each image. Default 1: a probability between 0 and 1. */
  factor?: Factor;
  /** Odd width and height of the kernel, or one number for both. Default 3. */
  kernelSize?: number | readonly [width: number, height: number];
  /** Standard deviation in pixels, drawn for each image and axis, from 0 to 1. Default 1: between 0 and 1. */
  sigma?: Factor;
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
}

const where = "layers.randomGaussianBlur";

class RandomGaussianBlur extends Augmentation {
  readonly type = "randomGaussianBlur";
  private readonly factor: Range;
  private readonly sigma: Range;
  private readonly kernelSize: readonly number[];
  private readonly valueRange: Range;

  constructor(options: RandomGaussianBlurOptions) {
    super(options);
    checkLayerOptions("randomGaussianBlur", options, ["factor", "kernelSize", "sigma", "valueRange"]);
    const { factor = 1, kernelSize = 3, sigma = 1 } = options;
    this.factor = factorRange(where, "factor", factor, [0, 1]);
    this.sigma = factorRange(where, "sigma", sigma, [0, 1]);
    this.valueRange = valueRangeOf(where, options.valueRange);
    const sizes: readonly number[] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
    if (sizes.length !== 2 || !sizes.every((size) => Number.isInteger(size) && size > 0 && size % 2 === 1)) {
      const received = JSON.stringify(kernelSize);
      throw new OptionError({ where, expected: "kernelSize as one odd number, or two of them", received });
    }
    this.kernelSize = sizes;
  }

  override augment(images: Value, context: CallContext): Value {
    const [likely, threshold, u, v] = uniforms(images, context, 4);
    const [width, height] = this.kernelSize;
    const blurred = blurAlong(
      blurAlong(images, 2, width, within(u, this.sigma)),
      1,
      height,
      within(v, this.sigma),
    );
    const isBlurred = less(threshold, within(likely, this.factor));
    return clip(select(isBlurred, blurred, images), this.valueRange);
  }
}

/** Means along one axis, weighed by the bell curve of each sample's `sigma`; zeros beyond the border. */
function blurAlong(images: Value, axis: 1 | 2, size: number, sigma: Value): Value {
  const half = (size - 1) / 2;
  const around = images.shape.map((_, i) => (i === axis ? half : 0));
  const padded = pad(images, { before: around, after: around });
  /* As in Keras, a little more than sigma, so that 0 leaves the image as it is. */
  const width = add(sigma, 1e-6);
  const weights = Array.from({ length: size }, (_, i) =>
    exp(multiply(square(divide(i - half, width)), -0.5)),
  );
  const total = weights.reduce(add);
  return weights
    .map((weight, i) => {
      const start = images.shape.map((_, other) => (other === axis ? i : 0));
      return multiply(slice(padded, { start, size: images.shape }), divide(weight, total));
    })
    .reduce(add);
}

/**
 * Blurs images with a bell curve of random width while training: [N, H, W, C] → [N, H, W, C].
 *
 * Both widths are drawn for each image; Keras draws them once for a batch.
 *
 * @throws OptionError if a factor is not within 0 and 1, or a size of the kernel is even.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_gaussian_blur/
 * @example
 * layers.randomGaussianBlur({ kernelSize: 5, sigma: [0.3, 1], valueRange: [0, 1] });
 */
export function randomGaussianBlur(options: RandomGaussianBlurOptions = {}): Layer {
  return new RandomGaussianBlur(options);
}
