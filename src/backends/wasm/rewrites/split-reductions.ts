/**
 * Long sums into few numbers are taken in two rounds, so that several threads can share them: first slices of one axis,
 * then the slices in order. How many follows from the shape only.
 */
import { computed, type Dag, type Node, refTo } from "../../../compiler/dag.ts";
import { denseWalk, type ReduceMapParams, type Walk } from "../../../compiler/expression.ts";
import { sizeOf } from "../../../core/shape.ts";
import { reduce } from "../kernels/reduce.ts";

const enoughUnits = 8;
const mostSlices = 16;
/** Elements that are worth a second round. */
const longSum = 1 << 15;

export function splitReductions(dag: Dag): void {
  for (const node of dag.nodes.filter(({ kernel }) => kernel === "reduce")) {
    const params = node.params as ReduceMapParams;
    if (sizeOf(params.shape) < longSum) continue;
    const inputs = node.inputs.map(({ tensor, shape }) => ({ shape, dtype: tensor.dtype }));
    const call = { kernel: "reduce", params, inputs, outputs: node.outputs, flops: 0, byteLength: 0 };
    if (reduce(call).units >= enoughUnits) continue;
    const split = params.axes
      .map((axis) => ({ axis, slices: largestDivisor(params.shape[axis], mostSlices) }))
      .find(({ slices }) => slices > 1);
    if (split) dag.replace([node], inTwoRounds(node, params, split.axis, split.slices));
  }
}

function largestDivisor(length: number, limit: number): number {
  for (let divisor = Math.min(length, limit); divisor > 1; divisor--)
    if (length % divisor === 0) return divisor;
  return 1;
}

function inTwoRounds(node: Node, params: ReduceMapParams, axis: number, slices: number): Node[] {
  const splitAxis = <T>(list: readonly T[], outer: T, inner: T): T[] => [
    ...list.slice(0, axis),
    outer,
    inner,
    ...list.slice(axis + 1),
  ];
  const length = params.shape[axis] / slices;
  const shape = splitAxis(params.shape, slices, length);
  const operands = params.operands.map(
    ({ strides, offset }): Walk => ({
      strides: splitAxis(strides, strides[axis] * length, strides[axis]),
      offset,
    }),
  );
  const shifted = params.axes.map((other) => (other >= axis ? other + 1 : other));
  const partial = computed(shape.map((size, i) => (shifted.includes(i) ? 1 : size)));
  const first: ReduceMapParams = { ...params, shape, operands, axes: shifted };
  const second: ReduceMapParams = {
    shape: partial.shape,
    operands: [denseWalk(partial.shape)],
    steps: [],
    results: [{ operand: 0 }],
    axes: [axis],
    reduction: params.reduction,
  };
  return [
    { ...node, params: first, outputs: [partial] },
    { ...node, params: second, inputs: [refTo(partial)], flops: sizeOf(partial.shape) },
  ];
}
