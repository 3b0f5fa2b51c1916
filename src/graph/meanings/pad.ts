import { type Shape, sizeOf, stridesOf } from "../../core/shape.ts";
import type { PadParams } from "../ops/pad.ts";
import type { Meaning } from "./meaning.ts";

/** Calls `visit(element of large, element of part)` for the block of shape `part` that begins at `start` in `large`. */
function forEachInBlock(
  large: Shape,
  part: Shape,
  start: Shape,
  visit: (large: number, part: number) => void,
): void {
  const largeStrides = stridesOf(large);
  const partStrides = stridesOf(part);
  for (let flat = 0; flat < sizeOf(part); flat++) {
    let at = 0;
    for (const [axis, stride] of partStrides.entries()) {
      at += ((Math.floor(flat / stride) % part[axis]) + start[axis]) * largeStrides[axis];
    }
    visit(at, flat);
  }
}

export const pad: Meaning<PadParams> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
  params: { before, value },
}) => {
  output.fill(value);
  forEachInBlock(outputShape, shape, before, (to, from) => {
    output[to] = input[from];
  });
};

export const slice: Meaning<{ readonly start: readonly number[] }> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
  params: { start },
}) => {
  forEachInBlock(shape, outputShape, start, (from, to) => {
    output[to] = input[from];
  });
};
