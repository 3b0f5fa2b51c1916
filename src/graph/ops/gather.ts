/** Rows by number, and its adjoint: rows added to the places they came from. */
import { ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** output[i] = rows[indices[i]]. An index outside the rows gives zeros. */
export const gatherOp: Op<Record<never, never>> = {
  name: "gather",
  accepts: ["float32", "int32"],
  shape: ([rows, indices]) => [...indices, ...rows.slice(1)],
  gradient: ({ inputs: [rows, indices], outputGradient }) => [
    apply(scatterAddOp, [outputGradient, indices], { rows: rows.shape[0] }),
    null,
  ],
  flops: () => 0,
};

/** output[indices[i]] += values[i], in the order of i. Indices outside the rows are passed over. */
export const scatterAddOp: Op<{ readonly rows: number }> = {
  name: "scatterAdd",
  accepts: ["float32", "int32"],
  shape([values, indices], { rows }) {
    if (indices.some((length, axis) => values[axis] !== length)) {
      throw new ShapeError({
        where: "scatterAdd",
        expected: `values that begin with ${formatShape(indices)}`,
        received: formatShape(values),
      });
    }
    return [rows, ...values.slice(indices.length)];
  },
  gradient: ({ inputs: [, indices], outputGradient }) => [
    apply(gatherOp, [outputGradient, indices], {}),
    null,
  ],
  flops: ([values]) => sizeOf(values),
};

/** Picks rows: [R, …], int32 [n] → [n, …]. */
export function gather(rows: Value, indices: Value): Value {
  return apply(gatherOp, [rows, indices], {});
}

/** Adds rows up at the places they are numbered for, in order: [n, …], int32 [n] → [rows, …]. */
export function scatterAdd(values: Value, indices: Value, rows: number): Value {
  return apply(scatterAddOp, [values, indices], { rows });
}
