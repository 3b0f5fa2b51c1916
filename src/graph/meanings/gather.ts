import { sizeOf } from "../../core/shape.ts";
import type { Meaning } from "./meaning.ts";

export const gather: Meaning<Record<never, never>> = ({
  inputs: [rows, indices],
  output,
  shapes: [shape],
}) => {
  const length = sizeOf(shape) / shape[0];
  output.fill(0);
  for (const [i, row] of indices.entries()) {
    if (row >= 0 && row < shape[0]) output.set(rows.subarray(row * length, (row + 1) * length), i * length);
  }
};

export const scatterAdd: Meaning<{ readonly rows: number }> = ({
  inputs: [values, indices],
  output,
  params: { rows },
}) => {
  const length = output.length / rows;
  output.fill(0);
  for (const [i, row] of indices.entries()) {
    if (row < 0 || row >= rows) continue;
    for (let j = 0; j < length; j++) output[row * length + j] += values[i * length + j];
  }
};
