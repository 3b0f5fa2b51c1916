import type { Shape } from "../../core/shape.ts";
import type {
  AffineTransformGradientParams,
  AffineTransformParams,
  FillMode,
} from "../ops/affine-transform.ts";
import type { Meaning } from "./meaning.ts";

/** The pixel that stands at place `index`, a whole number, of a line of `length`; −1 for the fill value. */
function filledIndex(fillMode: FillMode, index: number, length: number): number {
  const within = Math.max(0, Math.min(length - 1, index));
  if (fillMode === "nearest") return within;
  if (fillMode === "constant") return within === index ? index : -1;
  const period = fillMode === "wrap" ? length : 2 * length;
  const turned = index - period * Math.floor(index / period);
  return fillMode === "wrap" ? turned : Math.min(turned, period - 1 - turned);
}

/** Calls `visit` for each pixel that counts for output pixel `position`: its place in the image or −1, and its weight. */
function forEachTap(
  { height, width, fillMode, interpolation }: AffineTransformParams,
  [, inH, inW]: Shape,
  transforms: Float64Array,
  visit: (position: number, pixel: number, weight: number) => void,
): void {
  const pixels = height * width;
  for (let position = 0; position < (transforms.length / 6) * pixels; position++) {
    const n = Math.floor(position / pixels);
    const y = Math.floor((position % pixels) / width);
    const x = position % width;
    const [a0, a1, a2, b0, b1, b2] = transforms.subarray(n * 6, n * 6 + 6);
    const atX = a0 * x + a1 * y + a2;
    const atY = b0 * x + b1 * y + b2;
    const tap = (row: number, column: number, weight: number): void => {
      const inRow = filledIndex(fillMode, row, inH);
      const inColumn = filledIndex(fillMode, column, inW);
      const isInside = inRow >= 0 && inColumn >= 0;
      visit(position, isInside ? (n * inH + inRow) * inW + inColumn : -1, weight);
    };
    if (interpolation === "nearest") {
      tap(Math.floor(atY + 0.5), Math.floor(atX + 0.5), 1);
      continue;
    }
    const [row, column] = [Math.floor(atY), Math.floor(atX)];
    const [below, right] = [atY - row, atX - column];
    tap(row, column, (1 - below) * (1 - right));
    tap(row, column + 1, (1 - below) * right);
    tap(row + 1, column, below * (1 - right));
    tap(row + 1, column + 1, below * right);
  }
}

export const affineTransform: Meaning<AffineTransformParams> = ({
  inputs: [images, transforms],
  output,
  shapes: [shape],
  params,
}) => {
  const channels = shape[3];
  output.fill(0);
  forEachTap(params, shape, transforms, (position, pixel, weight) => {
    for (let c = 0; c < channels; c++) {
      const value = pixel < 0 ? params.fillValue : images[pixel * channels + c];
      output[position * channels + c] += weight * value;
    }
  });
};

export const affineTransformGradient: Meaning<AffineTransformGradientParams> = ({
  inputs: [gradient, transforms],
  output,
  outputShape,
  params,
}) => {
  const channels = outputShape[3];
  output.fill(0);
  forEachTap(params, outputShape, transforms, (position, pixel, weight) => {
    if (pixel < 0) return;
    for (let c = 0; c < channels; c++)
      output[pixel * channels + c] += weight * gradient[position * channels + c];
  });
};
