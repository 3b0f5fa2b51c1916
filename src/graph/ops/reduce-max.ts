import { resolveAxes, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { divide, equal, multiply, negate } from "./elementwise.ts";
import { dropAxes, type ReduceParams, reducedShape, reduceSum } from "./reduce-sum.ts";

/** Largest value along `axes`, which keep length 1. A NaN stays. Equal values share the gradient. */
export const reduceMaxOp: Op<ReduceParams> = {
  name: "reduceMax",
  shape: reducedShape,
  gradient({ inputs: [input], output, outputGradient, params: { axes } }) {
    const isLargest = equal(input, output);
    const share = divide(outputGradient, reduceSum(isLargest, { axes, keepDims: true }));
    return [multiply(isLargest, share)];
  },
  flops: ([input]) => sizeOf(input),
};

interface ReduceOptions {
  axes?: number | readonly number[];
  keepDims?: boolean;
}

/** Largest value along axes, all by default: [2, 3] with `axes: 1` → [2]. Equal values share the gradient. */
export function reduceMax(input: Value, { axes, keepDims = false }: ReduceOptions = {}): Value {
  const resolved = resolveAxes("reduceMax", input.shape.length, axes);
  const result = apply(reduceMaxOp, [input], { axes: resolved });
  return keepDims ? result : dropAxes(result, resolved);
}

/** Smallest value along axes, all by default: [2, 3] with `axes: 1` → [2]. Equal values share the gradient. */
export function reduceMin(input: Value, options: ReduceOptions = {}): Value {
  return negate(reduceMax(negate(input), options));
}

/** Mean along axes, all by default: [2, 3] with `axes: 1` → [2]. */
export function reduceMean(input: Value, options: ReduceOptions = {}): Value {
  const sum = reduceSum(input, options);
  return multiply(sum, sizeOf(sum.shape) / sizeOf(input.shape));
}
