import { sizeOf, stridesOf } from "../../core/shape.ts";
import type { Meaning } from "./meaning.ts";

export const transpose: Meaning<{ readonly order: readonly number[] }> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
  params: { order },
}) => {
  const inputStrides = stridesOf(shape);
  const outputStrides = stridesOf(outputShape);
  for (let flat = 0; flat < sizeOf(outputShape); flat++) {
    let from = 0;
    for (const [axis, stride] of outputStrides.entries()) {
      from += (Math.floor(flat / stride) % outputShape[axis]) * inputStrides[order[axis]];
    }
    output[flat] = input[from];
  }
};
