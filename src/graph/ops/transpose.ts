import { OptionError } from "../../core/errors.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** Output axis i is input axis `order[i]`. */
export const transposeOp: Op<{ readonly order: readonly number[] }> = {
  name: "transpose",
  shape: ([input], { order }) => order.map((axis) => input[axis]),
  gradient: ({ outputGradient, params: { order } }) => [
    transpose(
      outputGradient,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  flops: () => 0,
};

/**
 * Reorders axes: [2, 3, 4] with `order: [2, 0, 1]` → [4, 2, 3].
 *
 * @throws OptionError if `order` is no permutation of the axes.
 */
export function transpose(input: Value, order: readonly number[]): Value {
  const axes = [...order].sort((a, b) => a - b);
  if (axes.length !== input.shape.length || axes.some((axis, i) => axis !== i)) {
    throw new OptionError({
      where: "transpose",
      expected: `a permutation of the ${input.shape.length} axes`,
      received: JSON.stringify(order),
    });
  }
  return order.every((axis, i) => axis === i) ? input : apply(transposeOp, [input], { order });
}
