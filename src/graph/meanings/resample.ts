import { sizeOf } from "../../core/shape.ts";
import type { ResampleParams } from "../ops/resample.ts";
import type { Meaning } from "./meaning.ts";

export const resample: Meaning<ResampleParams> = ({
  inputs: [input],
  output,
  shapes: [shape],
  params: { axis, rows },
}) => {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  output.fill(0);
  for (let block = 0; block < outer; block++) {
    for (const [o, taps] of rows.entries()) {
      const to = (block * rows.length + o) * inner;
      for (const [row, weight] of taps) {
        const from = (block * shape[axis] + row) * inner;
        for (let i = 0; i < inner; i++) output[to + i] += weight * input[from + i];
      }
    }
  }
};
