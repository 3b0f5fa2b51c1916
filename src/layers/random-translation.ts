import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, within } from "./factor.ts";
import { type AffineMap, Geometric, type GeometricOptions } from "./geometric.ts";
import type { CallContext, Layer } from "./layer.ts";

export interface RandomTranslationOptions extends GeometricOptions {
  /** Share of the height by which images move down, from −1 to 1; a single number reaches as far to both sides. */
  heightFactor: Factor;
  /** Share of the width by which images move to the right, likewise. */
  widthFactor: Factor;
}

class RandomTranslation extends Geometric {
  readonly type = "randomTranslation";
  private readonly heightFactor: Range;
  private readonly widthFactor: Range;

  constructor(options: RandomTranslationOptions) {
    super("randomTranslation", options, ["heightFactor", "widthFactor"]);
    const where = "layers.randomTranslation";
    this.heightFactor = factorRange(where, "heightFactor", options.heightFactor, [-1, 1]);
    this.widthFactor = factorRange(where, "widthFactor", options.widthFactor, [-1, 1]);
  }

  override map(images: Value, [height, width]: Shape, context: CallContext): AffineMap {
    const [down, right] = uniforms(images, context, 2);
    const x = multiply(within(right, this.widthFactor), -width);
    const y = multiply(within(down, this.heightFactor), -height);
    return [1, 0, x, 0, 1, y];
  }
}

/**
 * Moves images by a random distance while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is not within −1 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/
 * @example
 * layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, fillMode: "constant" });
 */
export function randomTranslation(options: RandomTranslationOptions): Layer {
  return new RandomTranslation(options);
}
