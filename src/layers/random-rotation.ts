import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { cos, multiply, negate, sin } from "../graph/ops/elementwise.ts";
import { uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, within } from "./factor.ts";
import { type AffineMap, aroundMiddle, Geometric, type GeometricOptions } from "./geometric.ts";
import type { CallContext, Layer } from "./layer.ts";

export interface RandomRotationOptions extends GeometricOptions {
  /** Share of a full turn, counter-clockwise, from −1 to 1; a single number turns as far to both sides. */
  factor: Factor;
}

class RandomRotation extends Geometric {
  readonly type = "randomRotation";
  private readonly factor: Range;

  constructor(options: RandomRotationOptions) {
    super("randomRotation", options, ["factor"]);
    this.factor = factorRange("layers.randomRotation", "factor", options.factor, [-1, 1]);
  }

  override map(images: Value, size: Shape, context: CallContext): AffineMap {
    const [turn] = uniforms(images, context, 1);
    const angle = multiply(within(turn, this.factor), 2 * Math.PI);
    return aroundMiddle(size, [cos(angle), negate(sin(angle))], [sin(angle), cos(angle)]);
  }
}

/**
 * Turns images around their middle by a random angle while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if the factor is not within −1 and 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/
 * @example
 * layers.randomRotation({ factor: 0.05 }); // up to 18° to both sides
 */
export function randomRotation(options: RandomRotationOptions): Layer {
  return new RandomRotation(options);
}
