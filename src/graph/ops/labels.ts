/** From class numbers to vectors and back. */
import { sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** 1 at the class, 0 elsewhere; all 0 where the number is no class. */
export const oneHotOp: Op<{ readonly classes: number }> = {
  name: "oneHot",
  accepts: ["float32", "int32", "uint8"],
  shape: ([labels], { classes }) => [...labels, classes],
  gradient: () => [null],
  flops: () => 0,
};

/** Position of the largest number along the last axis, the first of equals. */
export const argMaxOp: Op<Record<never, never>> = {
  name: "argMax",
  dtype: "int32",
  shape: ([input]) => input.slice(0, -1),
  gradient: () => [null],
  flops: ([input]) => sizeOf(input),
};

/** Class numbers as vectors of 0 and 1: [N] → [N, classes]. */
export function oneHot(labels: Value, classes: number): Value {
  return apply(oneHotOp, [labels], { classes });
}

/** Position of the largest number along the last axis, the first of equals: [N, classes] → int32 [N]. */
export function argMax(input: Value): Value {
  return apply(argMaxOp, [input], {});
}
