/** Ops that take axes together. @see https://onnx.ai/onnx/operators/ */
import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import {
  abs,
  add,
  cast,
  divide,
  exp,
  log,
  multiply,
  sqrt,
  square,
  subtract,
} from "../../../graph/ops/elementwise.ts";
import { argMax as argMaxValue } from "../../../graph/ops/labels.ts";
import { reduceMax, reduceMean, reduceMin } from "../../../graph/ops/reduce-max.ts";
import { dropAxes, reduceSum } from "../../../graph/ops/reduce-sum.ts";
import { reshape } from "../../../graph/ops/reshape.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import {
  attributeOrInput,
  axesOf,
  axisOf,
  input,
  like,
  type OpDefinition,
  Operand,
  refuse,
} from "../operand.ts";
import { takeRange } from "./take.ts";

interface Along {
  readonly axes: readonly number[];
  readonly keepDims: true;
}

/** @param of leaves length 1 at the axes */
function reduction(of: (x: Value, along: Along) => Value, inputSince = 18): OpDefinition {
  return {
    attributes: ["axes", "keepdims", "noop_with_empty_axes"],
    write(call) {
      const { value } = input(call, 0);
      const given = attributeOrInput(call, "axes", { inputSince, index: 1 }) ?? [];
      if (given.length === 0 && call.attributes.flag("noop_with_empty_axes")) return input(call, 0);
      const axes =
        given.length === 0 ? value.shape.map((_, i) => i) : axesOf(call, given, value.shape.length);
      const result = of(value, { axes, keepDims: true });
      return like(call, call.attributes.flag("keepdims", true) ? result : dropAxes(result, axes));
    },
  };
}

const logSumExp = (x: Value, along: Along): Value => {
  const largest = reduceMax(x, along);
  return add(largest, log(reduceSum(exp(subtract(x, largest)), along)));
};

/** Factor by factor: for the shapes of small arrays. */
function product(x: Value, { axes }: Along): Value {
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const reduced = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const rows = reshape(transpose(x, [...axes, ...kept]), [sizeOf(axes.map((axis) => x.shape[axis])), -1]);
  const factors = Array.from({ length: rows.shape[0] }, (_, i) => takeRange(rows, 0, i, i + 1));
  return reshape(factors.reduce(multiply), reduced);
}

const mostFactors = 1024;

const reduceProd: OpDefinition = {
  ...reduction(product),
  write(call) {
    if (sizeOf(input(call, 0).shape) <= mostFactors) return reduction(product).write(call);
    throw refuse(call, `at most ${mostFactors} numbers`, String(sizeOf(input(call, 0).shape)));
  },
};

const argMax = (sign: 1 | -1): OpDefinition => ({
  attributes: ["axis", "keepdims", "select_last_index"],
  write(call) {
    if (call.attributes.flag("select_last_index")) throw refuse(call, "the first of equals", "the last");
    const { value } = input(call, 0);
    const axis = axisOf(call, call.attributes.whole("axis", 0), value.shape.length);
    const order = [...value.shape.map((_, i) => i).filter((i) => i !== axis), axis];
    const found = cast(argMaxValue(transpose(sign === 1 ? value : multiply(value, -1), order)));
    const shape = value.shape.map((length, i) => (i === axis ? 1 : length));
    return Operand.of(call.attributes.flag("keepdims", true) ? reshape(found, shape) : found, "int64");
  },
});

const lpNormalization: OpDefinition = {
  attributes: ["axis", "p"],
  write(call) {
    const { value } = input(call, 0);
    const along = {
      axes: axisOf(call, call.attributes.whole("axis", -1), value.shape.length),
      keepDims: true,
    };
    const power = call.attributes.whole("p", 2);
    if (power !== 1 && power !== 2) throw refuse(call, "p of 1 or 2", String(power));
    const length = power === 1 ? reduceSum(abs(value), along) : sqrt(reduceSum(square(value), along));
    return like(call, divide(value, length));
  },
};

export const reductions = {
  ArgMax: argMax(1),
  ArgMin: argMax(-1),
  LpNormalization: lpNormalization,
  ReduceL1: reduction((x, along) => reduceSum(abs(x), along)),
  ReduceL2: reduction((x, along) => sqrt(reduceSum(square(x), along))),
  ReduceLogSum: reduction((x, along) => log(reduceSum(x, along))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceMin: reduction(reduceMin),
  ReduceProd: reduceProd,
  ReduceSum: reduction(reduceSum, 13),
  ReduceSumSquare: reduction((x, along) => reduceSum(square(x), along)),
} satisfies Record<string, OpDefinition>;
