import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import { windowTaps } from "../../core/window.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { pooledShape } from "./max-pool.ts";
import { type PoolOptions, type PoolParams, poolParams } from "./pool-params.ts";

/** Mean of each window without the padding, channel by channel: [N, H, W, C] → [N, outH, outW, C]. */
export const averagePoolOp: Op<PoolParams> = {
  name: "averagePool",
  shape: ([input], params) => pooledShape("averagePool", input, params),
  gradient: ({ outputGradient, params }) => [apply(averagePoolGradientOp, [outputGradient], params)],
  flops: (_, output, { window }) => sizeOf(output) * windowTaps(window),
};

/** Spreads each window's gradient evenly over its inputs: [N, outH, outW, C] → [N, H, W, C]. */
export const averagePoolGradientOp: Op<PoolParams> = {
  name: "averagePoolGradient",
  shape([gradient], { window }) {
    const out = window.map((axis) => axis.out);
    if (!sameShape(gradient.slice(1, -1), out)) {
      throw new ShapeError({
        where: "averagePoolGradient",
        expected: `an output gradient [N, ${out.join(", ")}, C]`,
        received: formatShape(gradient),
      });
    }
    return [gradient[0], ...window.map((axis) => axis.in), gradient[gradient.length - 1]];
  },
  gradient: ({ outputGradient, params }) => [apply(averagePoolOp, [outputGradient], params)],
  flops: ([gradient], _, { window }) => sizeOf(gradient) * windowTaps(window),
};

/**
 * Mean of each window, channel by channel: [N, H, W, C] → [N, outH, outW, C].
 *
 * Padding counts neither in the sum nor in the number of elements, as in Keras.
 */
export function averagePool(input: Value, options: PoolOptions): Value {
  return apply(averagePoolOp, [input], poolParams("averagePool", input.shape, options));
}
