import { type Shape, sizeOf, stridesOf } from "../../core/shape.ts";
import type { ReduceParams } from "../ops/reduce-sum.ts";
import type { Meaning } from "./meaning.ts";

/** Calls `visit(input index, output index)` for each element, where axes of length 1 in `small` repeat. */
export function forEachRepeated(
  large: Shape,
  small: Shape,
  visit: (large: number, small: number) => void,
): void {
  const strides = stridesOf(small).map((stride, axis) => (small[axis] === 1 ? 0 : stride));
  const index = new Array<number>(large.length).fill(0);
  let position = 0;
  for (let flat = 0; flat < sizeOf(large); flat++) {
    visit(flat, position);
    for (let axis = large.length - 1; axis >= 0; axis--) {
      position += strides[axis];
      if (++index[axis] < large[axis]) break;
      position -= strides[axis] * large[axis];
      index[axis] = 0;
    }
  }
}

export const reduceSum: Meaning<ReduceParams> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
}) => {
  output.fill(0);
  forEachRepeated(shape, outputShape, (from, to) => {
    output[to] += input[from];
  });
};

export const broadcastTo: Meaning<{ readonly shape: Shape }> = ({
  inputs: [input],
  output,
  shapes: [shape],
  outputShape,
}) => {
  forEachRepeated(outputShape, shape, (to, from) => {
    output[to] = input[from];
  });
};
