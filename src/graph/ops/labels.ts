/** From class numbers to vectors and back. */
import { sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** 1 at the class, 0 elsewhere; all 0 where the number is no class. */
export const oneHotOp: Op<{ readonly classes: number }> = {
  name: "oneHot",
  accepts: ["float32", "int32", "uint8"],
  shape: ([labels], { classes }) => [...labels, classes],
  meaning({ inputs: [labels], output, params: { classes } }) {
    for (let i = 0; i < output.length; i++)
      output[i] = labels[Math.floor(i / classes)] === i % classes ? 1 : 0;
  },
  gradient: () => [null],
  flops: () => 0,
};

/** Position of the largest number along the last axis, the first of equals. */
export const argMaxOp: Op<Record<never, never>> = {
  name: "argMax",
  dtype: "int32",
  shape: ([input]) => input.slice(0, -1),
  meaning({ inputs: [input], output, shapes: [shape] }) {
    const length = shape[shape.length - 1];
    for (let row = 0; row < output.length; row++) {
      let best = 0;
      for (let i = 1; i < length; i++) if (input[row * length + i] > input[row * length + best]) best = i;
      output[row] = best;
    }
  },
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
