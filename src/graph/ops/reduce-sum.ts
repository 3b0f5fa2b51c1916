import { resolveAxes, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { reshape } from "./reshape.ts";

export interface ReduceParams {
  /** Sorted, counted from the front. The result has length 1 there. */
  readonly axes: readonly number[];
}

/** The shape with length 1 at the given axes. */
export function reducedShape([input]: readonly Shape[], { axes }: ReduceParams): Shape {
  return input.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** Adds up along `axes`, which keep length 1. */
export const reduceSumOp: Op<ReduceParams> = {
  name: "reduceSum",
  shape: reducedShape,
  gradient: ({ inputs: [input], outputGradient }) => [broadcastTo(outputGradient, input.shape)],
  flops: ([input]) => sizeOf(input),
};

/** Repeats along axes of length 1: the adjoint of the sum. */
export const broadcastToOp: Op<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  shape: (_, { shape }) => shape,
  gradient: ({ inputs: [input], outputGradient }) => [sumTo(outputGradient, input.shape)],
  flops: () => 0,
};

/**
 * Adds up along axes: [2, 3] with `axes: 1` → [2], or [2, 1] with `keepDims`.
 *
 * @param axes default all
 */
export function reduceSum(
  input: Value,
  { axes, keepDims = false }: { axes?: number | readonly number[]; keepDims?: boolean } = {},
): Value {
  const resolved = resolveAxes("reduceSum", input.shape.length, axes);
  const sum = apply(reduceSumOp, [input], { axes: resolved });
  return keepDims ? sum : dropAxes(sum, resolved);
}

/** Removes axes of length 1. */
export function dropAxes(value: Value, axes: readonly number[]): Value {
  const shape = value.shape.filter((_, axis) => !axes.includes(axis));
  return reshape(value, shape);
}

/** Repeats axes of length 1, and adds outer axes, until the shape is `shape`. */
export function broadcastTo(input: Value, shape: Shape): Value {
  if (sameShape(input.shape, shape)) return input;
  const aligned = reshape(input, [
    ...new Array<number>(shape.length - input.shape.length).fill(1),
    ...input.shape,
  ]);
  return sameShape(aligned.shape, shape) ? aligned : apply(broadcastToOp, [aligned], { shape });
}

/** Adds up whatever broadcasting repeated, back to `shape`. */
export function sumTo(value: Value, shape: Shape): Value {
  const missing = value.shape.length - shape.length;
  const axes = value.shape.flatMap((length, axis) =>
    axis < missing || (shape[axis - missing] === 1 && length !== 1) ? [axis] : [],
  );
  const sum = axes.length > 0 ? apply(reduceSumOp, [value], { axes }) : value;
  return reshape(sum, shape);
}
