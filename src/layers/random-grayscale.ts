import { OptionError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { less, select } from "../graph/ops/elementwise.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { requireChannels, rgbToGray } from "./hsv.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

export interface RandomGrayscaleOptions extends LayerOptions {
  /** How likely an image loses its colours, from 0 to 1. Default 0.5. */
  factor?: number;
}

class RandomGrayscale extends Augmentation {
  readonly type = "randomGrayscale";
  private readonly factor: number;

  constructor(options: RandomGrayscaleOptions) {
    super(options);
    checkLayerOptions("randomGrayscale", options, ["factor"]);
    this.factor = options.factor ?? 0.5;
    if (!(this.factor >= 0 && this.factor <= 1)) {
      throw new OptionError({
        where: "layers.randomGrayscale",
        expected: "factor to be a number from 0 to 1",
        received: String(this.factor),
      });
    }
  }

  override outputShape(inputShape: Shape): Shape {
    requireChannels(this.name, super.outputShape(inputShape), [1, 3]);
    return inputShape;
  }

  override augment(images: Value, context: CallContext): Value {
    const [u] = uniforms(images, context, 1);
    return select(less(u, this.factor), rgbToGray(images), images);
  }
}

/**
 * Takes the colours out of some images while training: [N, H, W, 3] → [N, H, W, 3].
 *
 * 0.2989 · red + 0.587 · green + 0.114 · blue, in all three channels.
 *
 * @throws ShapeError unless images have 1 or 3 channels.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_grayscale/
 * @example
 * layers.randomGrayscale({ factor: 0.1 });
 */
export function randomGrayscale(options: RandomGrayscaleOptions = {}): Layer {
  return new RandomGrayscale(options);
}
