import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { affineTransform } from "../graph/ops/affine-transform.ts";
import { floor, multiply } from "../graph/ops/elementwise.ts";
import { slice } from "../graph/ops/pad.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { stackMap } from "./geometric.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";
import { requireWhole } from "./require.ts";

export interface RandomCropOptions extends LayerOptions {
  /** Rows that stay. */
  height: number;
  /** Columns that stay. */
  width: number;
}

class RandomCrop extends Augmentation {
  readonly type = "randomCrop";
  private readonly height: number;
  private readonly width: number;

  constructor(options: RandomCropOptions) {
    super(options);
    checkLayerOptions("randomCrop", options, ["height", "width"]);
    this.height = options.height;
    this.width = options.width;
    requireWhole("layers.randomCrop", "height", this.height);
    requireWhole("layers.randomCrop", "width", this.width);
  }

  override outputShape(inputShape: Shape): Shape {
    const [inH, inW, channels] = super.outputShape(inputShape);
    if (inH < this.height || inW < this.width) {
      throw new ShapeError({
        where: this.name,
        expected: `an image of at least ${this.height} × ${this.width} pixels`,
        received: formatShape(inputShape),
        hint: "Pad smaller images first, with zeroPadding2d.",
      });
    }
    return [this.height, this.width, channels];
  }

  override call(images: Value, context: CallContext): Value {
    if (context.training) return this.augment(images, context);
    const [batch, inH, inW, channels] = images.shape;
    const middle = [Math.floor((inH - this.height) / 2), Math.floor((inW - this.width) / 2)];
    return slice(images, { start: [0, ...middle, 0], size: [batch, this.height, this.width, channels] });
  }

  override augment(images: Value, context: CallContext): Value {
    const [, inH, inW] = images.shape;
    const { height, width } = this;
    const [u, v] = uniforms(images, context, 2);
    const top = floor(multiply(u, inH - height + 1));
    const left = floor(multiply(v, inW - width + 1));
    const map = stackMap(images, [1, 0, left, 0, 1, top]);
    return affineTransform(images, map, { height, width, interpolation: "nearest" });
  }
}

/**
 * Cuts a piece out of every image, at a random place while training and in the middle otherwise: [N, H, W, C] →
 * [N, height, width, C].
 *
 * Each sample has a place of its own; Keras cuts a whole batch at one. Smaller images are refused, not enlarged.
 *
 * @throws ShapeError if the images are smaller than the piece.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_crop/
 * @example
 * layers.randomCrop({ height: 24, width: 24 });
 */
export function randomCrop(options: RandomCropOptions): Layer {
  return new RandomCrop(options);
}
