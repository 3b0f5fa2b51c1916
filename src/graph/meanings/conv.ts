import { type Shape, sizeOf } from "../../core/shape.ts";
import { forEachTap, windowOutputs } from "../../core/window.ts";
import type { ConvParams } from "../ops/conv.ts";
import type { Meaning } from "./meaning.ts";

/**
 * Calls `visit(input element, kernel element, output element)` for every product of the sum
 * output[n, o, b] = Σ input[n, i, a] · kernel[tap, a, b], group by group.
 */
function forEachProduct(
  input: Shape,
  outC: number,
  { window, groups }: ConvParams,
  visit: (input: number, kernel: number, output: number) => void,
): void {
  const inC = input[input.length - 1];
  const groupIn = inC / groups;
  const groupOut = outC / groups;
  const positions = sizeOf(input) / (input[0] * inC);
  for (let n = 0; n < input[0]; n++) {
    forEachTap(window, (o, tap, i) => {
      const inputAt = (n * positions + i) * inC;
      const outputAt = (n * windowOutputs(window) + o) * outC;
      for (let b = 0; b < outC; b++) {
        const first = Math.floor(b / groupOut) * groupIn;
        for (let a = 0; a < groupIn; a++) {
          visit(inputAt + first + a, (tap * groupIn + a) * outC + b, outputAt + b);
        }
      }
    });
  }
}

export const conv: Meaning<ConvParams> = ({
  inputs: [input, kernel],
  output,
  shapes,
  outputShape,
  params,
}) => {
  output.fill(0);
  forEachProduct(shapes[0], outputShape[outputShape.length - 1], params, (i, k, o) => {
    output[o] += input[i] * kernel[k];
  });
};

export const convInputGradient: Meaning<ConvParams> = ({
  inputs: [gradient, kernel],
  output,
  shapes,
  outputShape,
  params,
}) => {
  output.fill(0);
  forEachProduct(outputShape, shapes[0][shapes[0].length - 1], params, (i, k, o) => {
    output[i] += gradient[o] * kernel[k];
  });
};

export const convKernelGradient: Meaning<ConvParams> = ({
  inputs: [input, gradient],
  output,
  shapes,
  params,
}) => {
  output.fill(0);
  forEachProduct(shapes[0], shapes[1][shapes[1].length - 1], params, (i, k, o) => {
    output[k] += input[i] * gradient[o];
  });
};
