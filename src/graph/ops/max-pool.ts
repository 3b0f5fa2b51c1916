import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import { windowTaps } from "../../core/window.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { type PoolOptions, type PoolParams, poolParams } from "./pool-params.ts";

/** The shape of a pooled image. */
export function pooledShape(where: string, input: Shape, { window }: PoolParams): Shape {
  const spatial = window.map((axis) => axis.in);
  if (!sameShape(input.slice(1, -1), spatial)) {
    throw new ShapeError({
      where,
      expected: `an image [N, ${spatial.join(", ")}, C]`,
      received: formatShape(input),
    });
  }
  return [input[0], ...window.map((axis) => axis.out), input[input.length - 1]];
}

/** Largest value of each window, channel by channel: [N, H, W, C] → [N, outH, outW, C]. A NaN in the window stays. */
export const maxPoolOp: Op<PoolParams> = {
  name: "maxPool",
  shape: ([input], params) => pooledShape("maxPool", input, params),
  gradient: ({ inputs: [input], outputGradient, params }) => [
    apply(maxPoolGradientOp, [input, outputGradient], params),
  ],
  flops: (_, output, { window }) => sizeOf(output) * windowTaps(window),
};

/** Gives each window's gradient to its largest input, to the first of equals: [N, H, W, C], [N, outH, outW, C] → [N, H, W, C]. */
export const maxPoolGradientOp: Op<PoolParams> = {
  name: "maxPoolGradient",
  shape([input, gradient], params) {
    const expected = pooledShape("maxPoolGradient", input, params);
    if (!sameShape(gradient, expected)) {
      throw new ShapeError({
        where: "maxPoolGradient",
        expected: `an output gradient ${formatShape(expected)}`,
        received: formatShape(gradient),
      });
    }
    return input;
  },
  gradient: "the choice of the largest input has no second derivative",
  flops: ([, gradient], _, { window }) => sizeOf(gradient) * windowTaps(window),
};

/**
 * Largest value of each window, channel by channel: [N, H, W, C] → [N, outH, outW, C].
 *
 * Padding never wins. The gradient goes to the first of equal values.
 */
export function maxPool(input: Value, options: PoolOptions): Value {
  return apply(maxPoolOp, [input], poolParams("maxPool", input.shape, options));
}
