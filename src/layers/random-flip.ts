import { lookUp, type Spelling } from "../core/names.ts";
import type { Value } from "../graph/graph.ts";
import { affineTransform } from "../graph/ops/affine-transform.ts";
import { less, select } from "../graph/ops/elementwise.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { type AffineMap, stackMap } from "./geometric.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";

type FlipMode = "horizontal" | "vertical" | "horizontalAndVertical";

export interface RandomFlipOptions extends LayerOptions {
  /** Left and right, top and bottom, or each of both by itself. Default `"horizontalAndVertical"`. */
  mode?: Spelling<FlipMode>;
}

const modes: Record<FlipMode, { readonly x: boolean; readonly y: boolean }> = {
  horizontal: { x: true, y: false },
  vertical: { x: false, y: true },
  horizontalAndVertical: { x: true, y: true },
};

class RandomFlip extends Augmentation {
  readonly type = "randomFlip";
  private readonly mode: { readonly x: boolean; readonly y: boolean };

  constructor(options: RandomFlipOptions) {
    super(options);
    checkLayerOptions("randomFlip", options, ["mode"]);
    this.mode = lookUp("layers.randomFlip", modes, options.mode ?? "horizontalAndVertical");
  }

  override augment(images: Value, context: CallContext): Value {
    const [, height, width] = images.shape;
    const [u, v] = uniforms(images, context, 2);
    const axis = (isFlipped: boolean, uniform: Value, length: number): [Value | number, Value | number] =>
      isFlipped ? [select(less(uniform, 0.5), -1, 1), select(less(uniform, 0.5), length - 1, 0)] : [1, 0];
    const [a0, a2] = axis(this.mode.x, u, width);
    const [b1, b2] = axis(this.mode.y, v, height);
    const map: AffineMap = [a0, 0, a2, 0, b1, b2];
    return affineTransform(images, stackMap(images, map), { interpolation: "nearest" });
  }
}

/**
 * Mirrors half of the images while training: [N, H, W, C] → [N, H, W, C].
 *
 * Unlike Keras's, left and right are drawn apart from top and bottom, so that all four pictures come up.
 *
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/
 * @example
 * layers.randomFlip({ mode: "horizontal" });
 */
export function randomFlip(options: RandomFlipOptions = {}): Layer {
  return new RandomFlip(options);
}
