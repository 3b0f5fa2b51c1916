import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { less, multiply, select } from "../graph/ops/elementwise.ts";
import { uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, within } from "./factor.ts";
import { type AffineMap, Geometric, type GeometricOptions } from "./geometric.ts";
import type { CallContext, Layer } from "./layer.ts";

export interface RandomShearOptions extends GeometricOptions {
  /** Columns that a row is moved for each row above it, from 0 to 1, in either direction; a single number: up to it. Default 0. */
  xFactor?: Factor;
  /** Rows that a column is moved for each column before it, likewise. Default 0. */
  yFactor?: Factor;
}

class RandomShear extends Geometric {
  readonly type = "randomShear";
  private readonly xFactor: Range;
  private readonly yFactor: Range;

  constructor(options: RandomShearOptions) {
    super("randomShear", options, ["xFactor", "yFactor"]);
    this.xFactor = factorRange("layers.randomShear", "xFactor", options.xFactor ?? 0, [0, 1]);
    this.yFactor = factorRange("layers.randomShear", "yFactor", options.yFactor ?? 0, [0, 1]);
  }

  override map(images: Value, _size: Shape, context: CallContext): AffineMap {
    const [u, v, side] = uniforms(images, context, 3);
    const sign = select(less(side, 0.5), -1, 1);
    return [1, multiply(within(u, this.xFactor), sign), 0, multiply(within(v, this.yFactor), sign), 1, 0];
  }
}

/**
 * Slants images at random while training, seen from the top left corner: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is not within 0 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_shear/
 * @example
 * layers.randomShear({ xFactor: 0.2 });
 */
export function randomShear(options: RandomShearOptions = {}): Layer {
  return new RandomShear(options);
}
