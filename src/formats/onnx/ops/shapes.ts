/** Ops that change shapes, and arrays that are known beforehand. @see https://onnx.ai/onnx/operators/ */
import { broadcastShapes, formatShape, type Shape, sizeOf } from "../../../core/shape.ts";
import { broadcastTo } from "../../../graph/ops/reduce-sum.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import { Constant } from "../constant.ts";
import {
  attributeOrInput,
  axesOf,
  input,
  known,
  like,
  type OpCall,
  type OpDefinition,
  Operand,
  refuse,
} from "../operand.ts";

/** Numbers of a range. */
const longestRange = 2 ** 20;

/** The same elements under another shape; numbers that are known stay known. */
function reshaped(call: OpCall, shape: Shape): Operand {
  const x = input(call, 0);
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw refuse(
      call,
      `a shape of ${sizeOf(x.shape)} elements, as in ${formatShape(x.shape)}`,
      formatShape(shape),
    );
  return x.constant ? call.constant(x.constant.as(x.type, shape)) : like(call, reshape(x.value, shape));
}

const reshapeOp: OpDefinition = {
  attributes: ["allowzero"],
  write(call) {
    const { shape } = input(call, 0);
    const target = known(call, 1, "shape");
    const keepsZeros = call.attributes.flag("allowzero");
    const copied = target.map((length, i) => (length === 0 && !keepsZeros ? (shape[i] ?? 0) : length));
    const open = copied.indexOf(-1);
    if (copied.some((length, i) => (length < 0 && i !== open) || !Number.isInteger(length)))
      throw refuse(call, "lengths, at most one of them −1", formatShape(target));
    const others = copied.filter((_, i) => i !== open).reduce((a, b) => a * b, 1);
    return reshaped(
      call,
      copied.map((length, i) => (i === open ? sizeOf(shape) / others : length)),
    );
  },
};

const flatten: OpDefinition = {
  attributes: ["axis"],
  write(call) {
    const { shape } = input(call, 0);
    const axis = call.attributes.whole("axis", 1);
    const cut = axis < 0 ? axis + shape.length : axis;
    if (cut < 0 || cut > shape.length) throw refuse(call, `an axis from 0 to ${shape.length}`, String(axis));
    return reshaped(call, [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))]);
  },
};

const squeeze: OpDefinition = {
  attributes: ["axes"],
  write(call) {
    const { shape } = input(call, 0);
    const given = attributeOrInput(call, "axes", { inputSince: 13, index: 1 });
    const axes = given
      ? axesOf(call, given, shape.length)
      : shape.flatMap((length, axis) => (length === 1 ? [axis] : []));
    if (axes.some((axis) => shape[axis] !== 1)) throw refuse(call, "axes of length 1", formatShape(shape));
    return reshaped(
      call,
      shape.filter((_, axis) => !axes.includes(axis)),
    );
  },
};

const unsqueeze: OpDefinition = {
  attributes: ["axes"],
  write(call) {
    const { shape } = input(call, 0);
    const given = attributeOrInput(call, "axes", { inputSince: 13, index: 1 });
    if (!given) throw refuse(call, "axes", "none");
    const rank = shape.length + given.length;
    const axes = axesOf(call, given, rank);
    const lengths = [...shape];
    return reshaped(
      call,
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (lengths.shift() ?? 1))),
    );
  },
};

const transposeOp: OpDefinition = {
  attributes: ["perm"],
  write(call) {
    const { value } = input(call, 0);
    const order =
      call.attributes.numbers("perm") ?? value.shape.map((_, axis) => value.shape.length - 1 - axis);
    return like(call, transpose(value, order));
  },
};

const expand: OpDefinition = {
  write(call) {
    const { value } = input(call, 0);
    return like(call, broadcastTo(value, broadcastShapes(call.where, value.shape, known(call, 1, "shape"))));
  },
};

const tile: OpDefinition = {
  write(call) {
    const { value } = input(call, 0);
    const repeats = known(call, 1, "repeats");
    if (repeats.length !== value.shape.length || repeats.some((n) => !Number.isInteger(n) || n < 1))
      throw refuse(call, `${value.shape.length} repeats ≥ 1`, formatShape(repeats));
    const { shape } = value;
    const apart = reshape(
      value,
      shape.flatMap((length) => [1, length]),
    );
    const repeated = broadcastTo(
      apart,
      shape.flatMap((length, axis) => [repeats[axis], length]),
    );
    return like(
      call,
      reshape(
        repeated,
        shape.map((length, axis) => length * repeats[axis]),
      ),
    );
  },
};

const shapeOp: OpDefinition = {
  attributes: ["start", "end"],
  write(call) {
    const { shape } = input(call, 0);
    const part = shape.slice(call.attributes.whole("start", 0), call.attributes.whole("end", shape.length));
    return call.constant(Constant.of("int64", [part.length], part));
  },
};

const size: OpDefinition = {
  write: (call) => call.constant(Constant.of("int64", [], [sizeOf(input(call, 0).shape)])),
};

const constant: OpDefinition = {
  attributes: ["value", "value_float", "value_floats", "value_int", "value_ints"],
  write(call) {
    const { attributes } = call;
    const tensor = attributes.tensor("value");
    if (tensor) return call.constant(tensor);
    for (const [name, type] of [
      ["value_float", "float"],
      ["value_int", "int64"],
    ] as const)
      if (attributes.has(name)) return call.constant(Constant.of(type, [], [attributes.number(name, 0)]));
    for (const [name, type] of [
      ["value_floats", "float"],
      ["value_ints", "int64"],
    ] as const) {
      const list = attributes.numbers(name);
      if (list) return call.constant(Constant.of(type, [list.length], list));
    }
    throw refuse(call, "a value", "none");
  },
};

const constantOfShape: OpDefinition = {
  attributes: ["value"],
  write(call) {
    const shape = known(call, 0, "shape");
    const value = call.attributes.tensor("value");
    if (shape.some((length) => !Number.isInteger(length) || length < 0))
      throw refuse(call, "lengths ≥ 0", formatShape(shape));
    call.budget.fill(call.where, sizeOf(shape));
    if (value && value.size !== 1) throw refuse(call, "one number as value", `${value.size}`);
    return call.constant(new Constant(value?.type ?? "float", shape, value ? value.data[0] : 0));
  },
};

const range: OpDefinition = {
  write(call) {
    const [start, limit, delta] = [0, 1, 2].map((i) => known(call, i, "bounds")[0]);
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (!(count <= longestRange)) throw refuse(call, "a shorter range", `${start}, ${limit}, ${delta}`);
    const numbers = Array.from({ length: count }, (_, i) => start + i * delta);
    return call.constant(Constant.of(input(call, 0).type, [count], numbers));
  },
};

/** As in prediction: nothing is dropped, and the mask says so. */
const dropout: OpDefinition = {
  attributes: ["ratio", "seed"],
  write(call) {
    const { opset } = call;
    const isTraining =
      opset >= 12 && call.inputs[2] !== undefined && known(call, 2, "training_mode")[0] !== 0;
    const ratio = isTraining && call.inputs[1] ? known(call, 1, "ratio")[0] : 0.5;
    if (isTraining && ratio !== 0) throw refuse(call, "a graph for prediction", "dropout that trains");
    if (call.outputs < 2) return input(call, 0);
    const x = input(call, 0);
    const mask = new Constant(opset < 10 ? x.type : "bool", x.shape, 1);
    return [x, x.constant ? call.constant(mask) : Operand.of(broadcastTo(onlyOne(call), x.shape), mask.type)];
  },
};

const onlyOne = (call: OpCall) => call.constant(new Constant("float", [], 1)).value;

export const shapes = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Dropout: dropout,
  Expand: expand,
  Flatten: flatten,
  Range: range,
  Reshape: reshapeOp,
  Shape: shapeOp,
  Size: size,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transposeOp,
  Unsqueeze: unsqueeze,
} satisfies Record<string, OpDefinition>;
