import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { maximum, minimum } from "../graph/ops/elementwise.ts";
import { slice } from "../graph/ops/pad.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { Range } from "./factor.ts";
import { type CallContext, Layer } from "./layer.ts";
import { requireRank } from "./require.ts";

/**
 * Changes images at random while a model trains, each sample by itself, and does nothing otherwise.
 *
 * What happens to a sample follows from the model's seed, the layer, the step and the sample: neither from the batch it
 * is in nor from threads.
 */
export abstract class Augmentation extends Layer {
  override readonly keepsRange = true;

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    return inputShape;
  }

  override call(images: Value, context: CallContext): Value {
    return context.training ? this.augment(images, context) : images;
  }

  /** Writes what happens to the images in training: [N, H, W, C] → [N, H, W, C]. */
  abstract augment(images: Value, context: CallContext): Value;
}

/** `count` uniform numbers in [0, 1) for each sample, drawn at once: as many values of shape [N, 1, 1, 1]. */
export function uniforms(images: Value, context: CallContext, count: number): Value[] {
  const drawn = context.uniform(images.graph, [count]);
  const batch = drawn.shape[0];
  return Array.from({ length: count }, (_, i) =>
    reshape(slice(drawn, { start: [0, i], size: [batch, 1] }), [batch, 1, 1, 1]),
  );
}

export function clip(images: Value, [low, high]: Range): Value {
  return minimum(maximum(images, low), high);
}

/** One channel: [N, H, W, C] → [N, H, W, 1]. */
export function channel(images: Value, c: number): Value {
  return slice(images, { start: [0, 0, 0, c], size: [...images.shape.slice(0, -1), 1] });
}
