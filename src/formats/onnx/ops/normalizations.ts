/** Normalizations, in ONNX's layout [N, C, …]. @see https://onnx.ai/onnx/operators/ */
import { formatShape, sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import { averagePool } from "../../../graph/ops/average-pool.ts";
import { add, divide, multiply, pow, sqrt, square, subtract } from "../../../graph/ops/elementwise.ts";
import { reduceMean } from "../../../graph/ops/reduce-max.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { axisOf, input, like, type OpCall, type OpDefinition, type Operand, refuse } from "../operand.ts";
import { padAxis } from "./take.ts";

/** A number for each channel, so that it repeats along all other axes of `x`. */
function perChannel(call: OpCall, index: number, x: Value): Value {
  const { value } = input(call, index);
  if (value.shape.length !== 1 || (value.shape[0] !== x.shape[1] && value.shape[0] !== 1))
    throw refuse(call, `input ${index} with ${x.shape[1]} numbers`, formatShape(value.shape));
  return reshape(value, [value.shape[0], ...x.shape.slice(2).map(() => 1)]);
}

/** (x − mean) / √(variance + ε) */
function normalized(x: Value, mean: Value, variance: Value, epsilon: number): Value {
  return divide(subtract(x, mean), sqrt(add(variance, epsilon)));
}

function moments(x: Value, axes: readonly number[]): { mean: Value; variance: Value } {
  const mean = reduceMean(x, { axes, keepDims: true });
  return { mean, variance: reduceMean(square(subtract(x, mean)), { axes, keepDims: true }) };
}

const batchNormalization: OpDefinition = {
  attributes: ["epsilon", "momentum", "spatial", "training_mode"],
  write(call) {
    const { attributes } = call;
    const x = input(call, 0).value;
    if (x.shape.length < 2) throw refuse(call, "an array [N, C, …]", formatShape(x.shape));
    if (!attributes.flag("spatial", true))
      throw refuse(call, "statistics of channels", "statistics of elements");
    const epsilon = attributes.number("epsilon", 1e-5);
    const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => perChannel(call, i, x));
    if (!attributes.flag("training_mode")) {
      if (call.outputs > 1) throw refuse(call, "a graph for prediction", "statistics as outputs");
      return like(call, add(multiply(normalized(x, mean, variance, epsilon), scale), offset));
    }
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const batch = moments(x, axes);
    const share = attributes.number("momentum", 0.9);
    const moved = (index: number, now: Value): Operand =>
      like(call, add(multiply(input(call, index).value, share), multiply(reshape(now, [-1]), 1 - share)));
    const result = add(multiply(normalized(x, batch.mean, batch.variance, epsilon), scale), offset);
    return [like(call, result), moved(3, batch.mean), moved(4, batch.variance)];
  },
};

const instanceNormalization: OpDefinition = {
  attributes: ["epsilon"],
  write(call) {
    const x = input(call, 0).value;
    const { mean, variance } = moments(
      x,
      x.shape.slice(2).map((_, i) => i + 2),
    );
    const result = normalized(x, mean, variance, call.attributes.number("epsilon", 1e-5));
    return like(call, add(multiply(result, perChannel(call, 1, x)), perChannel(call, 2, x)));
  },
};

const layerNormalization: OpDefinition = {
  attributes: ["axis", "epsilon", "stash_type"],
  write(call) {
    const x = input(call, 0).value;
    const first = axisOf(call, call.attributes.whole("axis", -1), x.shape.length);
    const { mean, variance } = moments(
      x,
      x.shape.flatMap((_, axis) => (axis >= first ? [axis] : [])),
    );
    const epsilon = call.attributes.number("epsilon", 1e-5);
    const scaled = multiply(normalized(x, mean, variance, epsilon), input(call, 1).value);
    const offset = call.inputs[2]?.value;
    const result = like(call, offset ? add(scaled, offset) : scaled);
    return [result, like(call, mean), like(call, divide(1, sqrt(add(variance, epsilon))))].slice(
      0,
      call.outputs,
    );
  },
};

const rmsNormalization: OpDefinition = {
  attributes: ["axis", "epsilon", "stash_type"],
  write(call) {
    const x = input(call, 0).value;
    const first = axisOf(call, call.attributes.whole("axis", -1), x.shape.length);
    const axes = x.shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
    const power = reduceMean(square(x), { axes, keepDims: true });
    const root = sqrt(add(power, call.attributes.number("epsilon", 1e-5)));
    return like(call, multiply(divide(x, root), input(call, 1).value));
  },
};

/** Scale and offset belong to groups before opset 21, to channels since. */
const groupNormalization: OpDefinition = {
  attributes: ["epsilon", "num_groups", "stash_type"],
  write(call) {
    const x = input(call, 0).value;
    const groups = call.attributes.whole("num_groups", 0);
    const [batch, channels, ...spatial] = x.shape;
    if (groups < 1 || channels % groups !== 0)
      throw refuse(call, `num_groups that divide ${channels} channels`, String(groups));
    const rows = reshape(x, [batch, groups, (channels / groups) * sizeOf(spatial)]);
    const { mean, variance } = moments(rows, [2]);
    const result = normalized(rows, mean, variance, call.attributes.number("epsilon", 1e-5));
    if (call.opset >= 21) {
      const whole = reshape(result, x.shape);
      return like(call, add(multiply(whole, perChannel(call, 1, x)), perChannel(call, 2, x)));
    }
    const [scale, offset] = [1, 2].map((i) => reshape(input(call, i).value, [groups, 1]));
    return like(call, reshape(add(multiply(result, scale), offset), x.shape));
  },
};

/** Divides by (bias + alpha · mean of squares over neighbouring channels) ^ beta. */
const lrn: OpDefinition = {
  attributes: ["alpha", "beta", "bias", "size"],
  write(call) {
    const x = input(call, 0).value;
    const { attributes } = call;
    const size = attributes.whole("size", 0);
    if (size < 1 || x.shape.length < 3)
      throw refuse(call, "an image [N, C, …] and a size ≥ 1", formatShape(x.shape));
    const squares = reshape(square(x), [x.shape[0], x.shape[1], sizeOf(x.shape.slice(2))]);
    const before = Math.floor((size - 1) / 2);
    /* Channels are where the pool expects a spatial axis. */
    const means = averagePool(padAxis(squares, 1, before, size - 1 - before), {
      poolSize: [size],
      strides: [1],
    });
    const base = add(multiply(means, attributes.number("alpha", 1e-4)), attributes.number("bias", 1));
    return like(call, divide(x, reshape(pow(base, attributes.number("beta", 0.75)), x.shape)));
  },
};

export const normalizations = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
  RMSNormalization: rmsNormalization,
} satisfies Record<string, OpDefinition>;
