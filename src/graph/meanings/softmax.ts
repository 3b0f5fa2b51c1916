import * as math from "../../core/math.ts";
import type { Meaning } from "./meaning.ts";

export const softmax: Meaning<Record<never, never>> = ({ inputs: [input], output, shapes: [shape] }) => {
  const length = shape[shape.length - 1];
  for (let row = 0; row < input.length; row += length) {
    const x = input.subarray(row, row + length);
    const max = x.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = x.map((value) => math.exp(value - max));
    const sum = powers.reduce((a, b) => a + b, 0);
    output.set(
      powers.map((power) => power / sum),
      row,
    );
  }
};

export const softmaxCrossEntropy: Meaning<Record<never, never>> = ({
  inputs: [logits, targets],
  output,
  shapes: [shape],
}) => {
  const length = shape[shape.length - 1];
  for (let row = 0; row < output.length; row++) {
    const x = logits.subarray(row * length, (row + 1) * length);
    const max = x.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = math.log(x.reduce((sum, value) => sum + math.exp(value - max), 0));
    output[row] = x.reduce((sum, value, i) => sum - targets[row * length + i] * (value - max - logSum), 0);
  }
};
