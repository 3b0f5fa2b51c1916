/** Padding and slicing: each is the other's gradient. */
import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

export interface PadParams {
  /** Elements added in front of and behind each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** Surrounds an array with a constant. */
export const padOp: Op<PadParams> = {
  name: "pad",
  shape: ([input], { before, after }) => input.map((length, axis) => length + before[axis] + after[axis]),
  gradient: ({ inputs: [input], outputGradient, params }) => [
    slice(outputGradient, { start: params.before, size: input.shape }),
  ],
  flops: () => 0,
};

/** A block of an array. */
export const sliceOp: Op<{ readonly start: readonly number[]; readonly size: Shape }> = {
  name: "slice",
  shape([input], { start, size }) {
    const fits = input.every(
      (length, axis) => start[axis] >= 0 && size[axis] >= 1 && start[axis] + size[axis] <= length,
    );
    if (!fits || size.length !== input.length) {
      throw new ShapeError({
        where: "slice",
        expected: `a block inside ${formatShape(input)}`,
        received: `${formatShape(size)} at ${formatShape(start)}`,
      });
    }
    return size;
  },
  gradient: ({ inputs: [input], outputGradient, params: { start, size } }) => [
    pad(outputGradient, {
      before: start,
      after: input.shape.map((length, axis) => length - start[axis] - size[axis]),
    }),
  ],
  flops: () => 0,
};

/**
 * Surrounds an array with `value`: [N, H, W, C] → [N, H + 2, W + 2, C] for `before` and `after` [0, 1, 1, 0].
 *
 * @param value default 0
 */
export function pad(
  input: Value,
  { before, after, value = 0 }: { before: readonly number[]; after: readonly number[]; value?: number },
): Value {
  if ([...before, ...after].every((n) => n === 0)) return input;
  return apply(padOp, [input], { before, after, value });
}

/**
 * Cuts out the block of shape `size` that begins at `start`.
 *
 * @throws ShapeError if it does not lie inside the input.
 */
export function slice(input: Value, params: { start: readonly number[]; size: Shape }): Value {
  return apply(sliceOp, [input], params);
}
