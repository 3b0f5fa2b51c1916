/** Pools, in ONNX's layout [N, C, …]. @see https://onnx.ai/onnx/operators/onnx__MaxPool.html */
import { formatShape, sizeOf, stridesOf } from "../../../core/shape.ts";
import { tapIndex, type WindowAxis, windowTaps } from "../../../core/window.ts";
import { apply, type Value } from "../../../graph/graph.ts";
import { averagePoolOp } from "../../../graph/ops/average-pool.ts";
import { add, greater, maximum, select } from "../../../graph/ops/elementwise.ts";
import { maxPoolOp } from "../../../graph/ops/max-pool.ts";
import { pad } from "../../../graph/ops/pad.ts";
import { reduceMax, reduceMean } from "../../../graph/ops/reduce-max.ts";
import { input, like, type OpCall, type OpDefinition, Operand, refuse } from "../operand.ts";
import { takeEvery } from "./take.ts";
import { channelsFirst, channelsLast, placeWindow, readWindow, windowAttributes } from "./windows.ts";

function windowOf(call: OpCall): WindowAxis[] {
  const spatial = input(call, 0).shape.slice(2);
  const roundsUp = call.attributes.flag("ceil_mode");
  const window = placeWindow(call, spatial, readWindow(call, spatial.length), roundsUp);
  for (const axis of window) {
    const last = (axis.out - 1) * axis.stride - axis.before;
    const reaches = (start: number) => start + (axis.size - 1) * axis.dilation >= 0 && start < axis.in;
    if (!reaches(-axis.before) || !reaches(last))
      throw refuse(call, "windows that reach into the image", `padding of ${axis.before} and ${axis.after}`);
  }
  return window;
}

/** Elements that a whole number in float32 can count. */
const mostCounted = 2 ** 24;

const maxPool: OpDefinition = {
  attributes: [...windowAttributes, "ceil_mode", "storage_order"],
  write(call) {
    const x = input(call, 0);
    const window = windowOf(call);
    const pooled = channelsFirst(apply(maxPoolOp, [channelsLast(x.value)], { window }));
    if (call.outputs < 2) return like(call, pooled);
    return [like(call, pooled), Operand.of(winners(call, window), "int64")];
  },
};

/** The position of each window's largest element in the whole array, the first of equals. */
function winners(call: OpCall, window: readonly WindowAxis[]): Value {
  const x = input(call, 0).value;
  const [batch, channels, ...spatial] = x.shape;
  if (sizeOf(x.shape) > mostCounted)
    throw refuse(call, `indices of at most ${mostCounted} elements`, formatShape(x.shape));
  const out = window.map((axis) => axis.out);
  const strides = call.attributes.flag("storage_order")
    ? stridesOf([...spatial].reverse()).reverse()
    : stridesOf(spatial);
  const beyond = window.map((axis) => (axis.out - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1);
  const padded = pad(x, {
    before: [0, 0, ...window.map((axis) => axis.before)],
    after: [0, 0, ...window.map((axis, i) => Math.max(0, beyond[i] - axis.before - axis.in))],
    value: -Infinity,
  });
  let best: { value: Value; index: Value } | undefined;
  for (let tap = 0; tap < windowTaps(window); tap++) {
    const taps = tapsOf(window, tap);
    const seen = taps.reduce(
      (value, k, i) => takeEvery(value, i + 2, k * window[i].dilation, out[i], window[i].stride),
      padded,
    );
    const positions = Float32Array.from({ length: sizeOf(out) }, (_, flat) =>
      stridesOf(out).reduce((sum, stride, i) => {
        const o = Math.floor(flat / stride) % out[i];
        return sum + Math.max(0, tapIndex(window[i], o, taps[i])) * strides[i];
      }, 0),
    );
    const index = call.graph.constant(positions, [1, 1, ...out]);
    const isBetter = best && greater(seen, best.value);
    best =
      best && isBetter
        ? { value: maximum(best.value, seen), index: select(isBetter, index, best.index) }
        : { value: seen, index };
  }
  const planes = Float32Array.from({ length: batch * channels }, (_, plane) => plane * sizeOf(spatial));
  const offsets = call.graph.constant(planes, [batch, channels, ...spatial.map(() => 1)]);
  return best ? add(offsets, best.index) : offsets;
}

/** Number `tap` of a window's taps, along each axis. */
function tapsOf(window: readonly WindowAxis[], tap: number): number[] {
  const sizes = window.map(({ size }) => size);
  return stridesOf(sizes).map((stride, i) => Math.floor(tap / stride) % sizes[i]);
}

/** Padding counts if it is asked for; what rounding up adds behind it never does. */
const averagePool: OpDefinition = {
  attributes: [...windowAttributes, "ceil_mode", "count_include_pad"],
  write(call) {
    const image = channelsLast(input(call, 0).value);
    const window = windowOf(call);
    if (!call.attributes.flag("count_include_pad"))
      return like(call, channelsFirst(apply(averagePoolOp, [image], { window })));
    const padded = pad(image, {
      before: [0, ...window.map(({ before }) => before), 0],
      after: [0, ...window.map(({ after }) => after), 0],
    });
    const wider = window.map((axis) => ({
      ...axis,
      in: axis.in + axis.before + axis.after,
      before: 0,
      after: 0,
    }));
    return like(call, channelsFirst(apply(averagePoolOp, [padded], { window: wider })));
  },
};

const overAll = (reduce: (x: Value, along: { axes: number[]; keepDims: true }) => Value): OpDefinition => ({
  write(call) {
    const { value } = input(call, 0);
    if (value.shape.length < 3) throw refuse(call, "an image [N, C, …]", formatShape(value.shape));
    return like(call, reduce(value, { axes: value.shape.slice(2).map((_, i) => i + 2), keepDims: true }));
  },
});

export const pools = {
  AveragePool: averagePool,
  GlobalAveragePool: overAll(reduceMean),
  GlobalMaxPool: overAll(reduceMax),
  MaxPool: maxPool,
} satisfies Record<string, OpDefinition>;
