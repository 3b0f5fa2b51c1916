import { type MatMulParams, matMulSizes } from "../ops/mat-mul.ts";
import type { Meaning } from "./meaning.ts";

export const matMul: Meaning<MatMulParams> = ({ inputs: [a, b], output, shapes, params }) => {
  const { rows, inner, columns } = matMulSizes(shapes, params);
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const left = a[params.transposeA ? k * rows + m : m * inner + k];
        const right = b[params.transposeB ? n * inner + k : k * columns + n];
        sum += left * right;
      }
      output[m * columns + n] = sum;
    }
  }
};
