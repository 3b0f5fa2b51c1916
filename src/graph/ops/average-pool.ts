import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import { forEachTap, type WindowGeometry, windowOutputs, windowTaps } from "../../core/window.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { forEachPoolTap, pooledShape } from "./max-pool.ts";
import { type PoolOptions, type PoolParams, poolParams } from "./pool-params.ts";

/** Taps of each window that lie inside the image. */
function tapCounts(window: WindowGeometry): Float64Array {
  const counts = new Float64Array(windowOutputs(window));
  forEachTap(window, (o) => counts[o]++);
  return counts;
}

/** Mean of each window without the padding, channel by channel: [N, H, W, C] → [N, outH, outW, C]. */
export const averagePoolOp: Op<PoolParams> = {
  name: "averagePool",
  shape: ([input], params) => pooledShape("averagePool", input, params),
  meaning({ inputs: [input], output, shapes: [shape], params: { window } }) {
    const counts = tapCounts(window);
    const channels = shape[shape.length - 1];
    output.fill(0);
    forEachPoolTap(shape, window, (i, o) => {
      output[o] += input[i];
    });
    for (let o = 0; o < output.length; o++) output[o] /= counts[Math.floor(o / channels) % counts.length];
  },
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
  meaning({ inputs: [gradient], output, outputShape, params: { window } }) {
    const counts = tapCounts(window);
    const channels = outputShape[outputShape.length - 1];
    output.fill(0);
    forEachPoolTap(outputShape, window, (i, o) => {
      output[i] += gradient[o] / counts[Math.floor(o / channels) % counts.length];
    });
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
