import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { slice } from "../graph/ops/pad.ts";
import { resampleSpatial, resizedRows } from "./interpolation.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";
import { cropToAspectRatio } from "./resizing.ts";

export interface CenterCropOptions extends LayerOptions {
  /** Rows that come out. */
  height: number;
  /** Columns that come out. */
  width: number;
}

class CenterCrop extends Layer {
  readonly type = "centerCrop";
  private readonly size: readonly [height: number, width: number];

  constructor(options: CenterCropOptions) {
    super(options);
    checkLayerOptions("centerCrop", options, ["height", "width"]);
    requireWhole("layers.centerCrop", "height", options.height);
    requireWhole("layers.centerCrop", "width", options.width);
    this.size = [options.height, options.width];
  }

  override outputShape(inputShape: Shape): Shape {
    requireSpatial(this.name, inputShape, 2);
    return [...this.size, inputShape[2]];
  }

  override call(input: Value): Value {
    const [batch, inH, inW, channels] = input.shape;
    const [height, width] = this.size;
    if (inH >= height && inW >= width) {
      const start = [0, Math.floor((inH - height) / 2), Math.floor((inW - width) / 2), 0];
      return slice(input, { start, size: [batch, height, width, channels] });
    }
    const image = cropToAspectRatio(input, height, width);
    const rows = this.size.map((out, i) => resizedRows(image.shape[i + 1], out, "bilinear"));
    return resampleSpatial(image, rows);
  }
}

/**
 * The middle of the image: [N, H, W, C] → [N, height, width, C]. An image that is smaller along either axis is cut to
 * the proportions and resized instead, as in Keras.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
 * @example
 * layers.centerCrop({ height: 24, width: 24, inputShape: [32, 32, 3] });
 */
export function centerCrop(options: CenterCropOptions): Layer {
  return new CenterCrop(options);
}
