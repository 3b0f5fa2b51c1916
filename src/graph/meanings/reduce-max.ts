import type { ReduceParams } from "../ops/reduce-sum.ts";
import type { Meaning } from "./meaning.ts";
import { forEachRepeated } from "./reduce-sum.ts";

export const reduceMax: Meaning<ReduceParams> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
}) => {
  output.fill(-Infinity);
  forEachRepeated(shape, outputShape, (from, to) => {
    output[to] = Math.max(output[to], input[from]);
  });
};
