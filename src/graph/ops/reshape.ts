import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** The same numbers in the same order under another shape. */
export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: "reshape",
  shape([input], { shape }) {
    if (sizeOf(input) !== sizeOf(shape)) {
      throw new ShapeError({
        where: "reshape",
        expected: `${sizeOf(input)} elements, as in ${formatShape(input)}`,
        received: `${formatShape(shape)} with ${sizeOf(shape)}`,
      });
    }
    return shape;
  },
  gradient: ({ inputs: [input], outputGradient }) => [reshape(outputGradient, input.shape)],
  flops: () => 0,
};

/**
 * Gives the same elements another shape: [2, 6] → [3, 4].
 *
 * @param shape one axis may be −1: whatever is left
 * @throws ShapeError if the number of elements differs.
 */
export function reshape(input: Value, shape: Shape): Value {
  const known = shape.filter((length) => length !== -1).reduce((a, b) => a * b, 1);
  const resolved = shape.map((length) => (length === -1 ? sizeOf(input.shape) / known : length));
  return sameShape(resolved, input.shape) ? input : apply(reshapeOp, [input], { shape: resolved });
}
