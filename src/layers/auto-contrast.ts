import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, greater, multiply, select, subtract } from "../graph/ops/elementwise.ts";
import { reduceMax, reduceMin } from "../graph/ops/reduce-max.ts";
import { clip } from "./augmentation.ts";
import { type Range, valueRangeOf } from "./factor.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank } from "./require.ts";

export interface AutoContrastOptions extends LayerOptions {
  /** What the darkest and the lightest number of each channel become. Default [0, 255]. */
  valueRange?: Range;
}

class AutoContrast extends Layer {
  readonly type = "autoContrast";
  private readonly valueRange: Range;

  constructor(options: AutoContrastOptions) {
    super(options);
    checkLayerOptions("autoContrast", options, ["valueRange"]);
    this.valueRange = valueRangeOf("layers.autoContrast", options.valueRange);
  }

  override readonly keepsRange = true;

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    return inputShape;
  }

  override call(images: Value): Value {
    return stretchContrast(images, this.valueRange);
  }
}

/** Each channel of each image over the whole range; channels of one value stay. */
export function stretchContrast(images: Value, range: Range): Value {
  const [low, high] = range;
  const over = { axes: [1, 2], keepDims: true };
  const darkest = reduceMin(images, over);
  const extent = subtract(reduceMax(images, over), darkest);
  const hasExtent = greater(extent, 0);
  const scale = divide(high - low, select(hasExtent, extent, 1));
  const stretched = clip(add(multiply(subtract(images, darkest), scale), low), range);
  return select(hasExtent, stretched, images);
}

/**
 * Stretches each channel of each image over the whole range, in training and otherwise: [N, H, W, C] → [N, H, W, C].
 *
 * A channel with one value everywhere stays as it is.
 *
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/auto_contrast/
 * @example
 * layers.autoContrast({ valueRange: [0, 1] });
 */
export function autoContrast(options: AutoContrastOptions = {}): Layer {
  return new AutoContrast(options);
}
