/** Activations, with ONNX's defaults. @see https://onnx.ai/onnx/operators/ */

import { resolveAxis } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import * as ops from "../../../graph/ops/elementwise.ts";
import { reduceMax } from "../../../graph/ops/reduce-max.ts";
import { reduceSum } from "../../../graph/ops/reduce-sum.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { softmax } from "../../../graph/ops/softmax.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import { axisOf, input, like, type OpCall, type OpDefinition } from "../operand.ts";

type Numbers = readonly number[];

/** A function of each element with named constants. */
function activation(
  defaults: Readonly<Record<string, number>>,
  of: (x: Value, ...constants: Numbers) => Value,
): OpDefinition {
  return {
    attributes: Object.keys(defaults),
    write(call) {
      const constants = Object.entries(defaults).map(([name, value]) => call.attributes.number(name, value));
      return like(call, of(input(call, 0).value, ...constants));
    },
  };
}

/** eˣ − 1 below 0, where it does not overflow. */
const negativeExpm1 = (x: Value): Value => ops.expm1(ops.minimum(x, 0));
const positive = (x: Value): Value => ops.greater(x, 0);

const gelu: OpDefinition = {
  attributes: ["approximate"],
  write(call) {
    const x = input(call, 0).value;
    const isExact = call.attributes.choice("approximate", "none", ["none", "tanh"]) === "none";
    const cubic = ops.multiply(
      ops.add(x, ops.multiply(ops.multiply(ops.square(x), x), 0.044715)),
      Math.sqrt(2 / Math.PI),
    );
    const share = isExact ? ops.erf(ops.multiply(x, Math.SQRT1_2)) : ops.tanh(cubic);
    return like(call, ops.multiply(ops.multiply(x, 0.5), ops.add(share, 1)));
  },
};

const prelu: OpDefinition = {
  write(call) {
    const x = input(call, 0).value;
    return like(call, ops.select(ops.less(x, 0), ops.multiply(x, input(call, 1).value), x));
  },
};

/**
 * Along one axis since opset 13; before, along that axis and all behind it together.
 *
 * @param of works along the last axis
 */
function alongAxis(of: (x: Value) => Value): OpDefinition {
  return {
    attributes: ["axis"],
    write(call) {
      const x = input(call, 0).value;
      if (call.opset < 13) return like(call, reshape(of(rowsOf(call, x)), x.shape));
      const axis = axisOf(call, call.attributes.whole("axis", -1), x.shape.length);
      const order = x.shape.map((_, i) => i);
      [order[axis], order[order.length - 1]] = [order[order.length - 1], order[axis]];
      return like(call, transpose(of(transpose(x, order)), order));
    },
  };
}

function rowsOf(call: OpCall, x: Value): Value {
  const axis = axisOf(call, call.attributes.whole("axis", 1), x.shape.length);
  const rows = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return reshape(x, [rows, -1]);
}

/** x − max − ln Σ e^(x − max): finite however large x is. */
function logSoftmax(x: Value): Value {
  const axes = resolveAxis("LogSoftmax", x.shape.length, -1);
  const centered = ops.subtract(x, reduceMax(x, { axes, keepDims: true }));
  return ops.subtract(centered, ops.log(reduceSum(ops.exp(centered), { axes, keepDims: true })));
}

export const activations = {
  Celu: activation({ alpha: 1 }, (x, alpha) =>
    ops.add(ops.relu(x), ops.multiply(negativeExpm1(ops.divide(x, alpha)), alpha)),
  ),
  Elu: activation({ alpha: 1 }, (x, alpha) =>
    ops.select(positive(x), x, ops.multiply(negativeExpm1(x), alpha)),
  ),
  Gelu: gelu,
  HardSigmoid: activation({ alpha: 0.2, beta: 0.5 }, (x, alpha, beta) =>
    ops.maximum(ops.minimum(ops.add(ops.multiply(x, alpha), beta), 1), 0),
  ),
  HardSwish: activation({}, (x) =>
    ops.multiply(x, ops.maximum(ops.minimum(ops.add(ops.multiply(x, 1 / 6), 0.5), 1), 0)),
  ),
  LeakyRelu: activation({ alpha: 0.01 }, (x, alpha) => ops.select(ops.less(x, 0), ops.multiply(x, alpha), x)),
  LogSoftmax: alongAxis(logSoftmax),
  Mish: activation({}, (x) => ops.multiply(x, ops.tanh(ops.softplus(x)))),
  PRelu: prelu,
  Relu: activation({}, ops.relu),
  Selu: activation({ alpha: 1.6732631921768188, gamma: 1.0507010221481323 }, (x, alpha, gamma) =>
    ops.multiply(ops.select(positive(x), x, ops.multiply(negativeExpm1(x), alpha)), gamma),
  ),
  Shrink: activation({ bias: 0, lambd: 0.5 }, (x, bias, lambd) =>
    ops.select(
      ops.less(x, -lambd),
      ops.add(x, bias),
      ops.select(ops.greater(x, lambd), ops.subtract(x, bias), 0),
    ),
  ),
  Sigmoid: activation({}, ops.sigmoid),
  Softmax: alongAxis(softmax),
  Softplus: activation({}, ops.softplus),
  Softsign: activation({}, (x) => ops.divide(x, ops.add(ops.abs(x), 1))),
  Swish: activation({ alpha: 1 }, (x, alpha) => ops.multiply(x, ops.sigmoid(ops.multiply(x, alpha)))),
  Tanh: activation({}, ops.tanh),
  ThresholdedRelu: activation({ alpha: 1 }, (x, alpha) => ops.select(ops.greater(x, alpha), x, 0)),
} satisfies Record<string, OpDefinition>;
