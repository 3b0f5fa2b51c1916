import { sizeOf } from "../../core/shape.ts";
import type { Meaning } from "./meaning.ts";

export const concatenate: Meaning<{ readonly axis: number }> = ({
  inputs,
  output,
  shapes,
  params: { axis },
}) => {
  const rows = shapes[0].slice(0, axis).reduce((a, b) => a * b, 1);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const [i, input] of inputs.entries()) {
      const length = sizeOf(shapes[i]) / rows;
      output.set(input.subarray(row * length, (row + 1) * length), at);
      at += length;
    }
  }
};
