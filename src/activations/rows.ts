/** Activations in which the numbers along an axis depend on each other. */
import { ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape, resolveAxes, resolveAxis } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { divide, exp, less, log, multiply, relu, sigmoid, subtract } from "../graph/ops/elementwise.ts";
import { slice } from "../graph/ops/pad.ts";
import { reduceMax } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { softmax as softmaxOfRows } from "../graph/ops/softmax.ts";
import { stopGradient } from "../graph/ops/stop-gradient.ts";
import { transpose } from "../graph/ops/transpose.ts";

export interface AxisOptions {
  /** Counted with the batch as axis 0. Default −1. */
  axis?: number;
}

export interface SoftmaxOptions {
  /** Axis, or several that are taken together, counted with the batch as axis 0. Default −1. */
  axis?: number | readonly number[];
}

/**
 * Positive numbers with sum 1 along an axis, eˣ / Σ eˣ: [any shape] → [same].
 *
 * @throws ShapeError if there is no such axis.
 * @see https://keras.io/api/layers/activations/#softmax-function
 * @example
 * layers.dense({ units: 10, activation: "softmax" });
 */
export function softmax(input: Value, options: SoftmaxOptions = {}): Value {
  checkOptions("activations.softmax", options, ["axis"]);
  const rank = input.shape.length;
  const axes = resolveAxes("activations.softmax", rank, options.axis ?? -1);
  const isLast = axes.length === 1 && axes[0] === rank - 1;
  if (isLast) return softmaxOfRows(input);
  /* The axes go to the end, become one, and go back. */
  const order = [...input.shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const turned = transpose(input, order);
  const rows = reshape(turned, [...turned.shape.slice(0, rank - axes.length), -1]);
  return transpose(
    reshape(softmaxOfRows(rows), turned.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/**
 * ln softmax(x) without its rounding, x − max − ln Σ e^(x − max): [any shape] → [same].
 *
 * @throws ShapeError if there is no such axis.
 * @see https://keras.io/api/layers/activations/#log_softmax-function
 * @example
 * layers.dense({ units: 10, activation: "logSoftmax" });
 */
export function logSoftmax(input: Value, options: AxisOptions = {}): Value {
  checkOptions("activations.logSoftmax", options, ["axis"]);
  const axes = resolveAxis("activations.logSoftmax", input.shape.length, options.axis ?? -1);
  const shifted = subtract(input, stopGradient(reduceMax(input, { axes, keepDims: true })));
  return subtract(shifted, log(reduceSum(exp(shifted), { axes, keepDims: true })));
}

/**
 * The nearest numbers with sum 1, none negative, most of them 0: [any shape] → [same].
 *
 *     max(x − τ, 0), where τ = (Σ x − 1) / k over the k numbers xᵢ with Σⱼ max(xⱼ − xᵢ, 0) < 1
 *
 * Compares each number with all others of its row.
 *
 * @throws ShapeError if there is no such axis.
 * @see Martins & Astudillo 2016
 * @see https://keras.io/api/layers/activations/#sparsemax-function
 * @example
 * layers.dense({ units: 10, activation: "sparsemax" });
 */
export function sparsemax(input: Value, options: AxisOptions = {}): Value {
  checkOptions("activations.sparsemax", options, ["axis"]);
  const { shape } = input;
  const axis = resolveAxis("activations.sparsemax", shape.length, options.axis ?? -1);
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const others = reshape(input, [...before, shape[axis], 1, ...after]);
  const own = reshape(input, [...before, 1, shape[axis], ...after]);
  const excess = reduceSum(relu(subtract(others, own)), { axes: axis });
  const isSupport = stopGradient(less(excess, 1));
  const sum = reduceSum(multiply(input, isSupport), { axes: axis, keepDims: true });
  const count = reduceSum(isSupport, { axes: axis, keepDims: true });
  return relu(subtract(input, divide(subtract(sum, 1), count)));
}

/**
 * a · sigmoid(b), where a is the first and b the second half along an axis: [N, …, 2 C] → [N, …, C].
 *
 * @throws ShapeError if there is no such axis, or its length is odd.
 * @see Dauphin et al. 2017
 * @see https://keras.io/api/layers/activations/#glu-function
 * @example
 * const gated = await compute((x) => activations.glu(x), [[[1, 2, 0, 0]]]); // [1, 2]
 */
export function glu(input: Value, options: AxisOptions = {}): Value {
  checkOptions("activations.glu", options, ["axis"]);
  const axis = resolveAxis("activations.glu", input.shape.length, options.axis ?? -1);
  const half = input.shape[axis] / 2;
  if (!Number.isInteger(half)) {
    throw new ShapeError({
      where: "activations.glu",
      expected: `axis ${axis} to have an even length`,
      received: formatShape(input.shape),
    });
  }
  const part = (begin: number): Value => {
    const at = (other: number) => input.shape.map((_, i) => (i === axis ? begin : other));
    const size = input.shape.map((length, i) => (i === axis ? half : length));
    return slice(input, { start: at(0), size });
  };
  return multiply(part(0), sigmoid(part(half)));
}
