import { type Shape, sizeOf } from "../../core/shape.ts";
import { forEachTap, type WindowGeometry, windowOutputs } from "../../core/window.ts";
import type { PoolParams } from "../ops/pool-params.ts";
import type { Meaning } from "./meaning.ts";

/** Calls `visit(input element, output element)` for every tap of every window, in the order of the taps. */
export function forEachPoolTap(
  shape: Shape,
  window: WindowGeometry,
  visit: (i: number, o: number) => void,
): void {
  const channels = shape[shape.length - 1];
  const positions = sizeOf(shape) / (shape[0] * channels);
  for (let n = 0; n < shape[0]; n++) {
    forEachTap(window, (o, _tap, i) => {
      const inputAt = (n * positions + i) * channels;
      const outputAt = (n * windowOutputs(window) + o) * channels;
      for (let c = 0; c < channels; c++) visit(inputAt + c, outputAt + c);
    });
  }
}

export const maxPool: Meaning<PoolParams> = ({ inputs: [input], output, shapes: [shape], params }) => {
  output.fill(-Infinity);
  forEachPoolTap(shape, params.window, (i, o) => {
    output[o] = Math.max(output[o], input[i]);
  });
};

export const maxPoolGradient: Meaning<PoolParams> = ({
  inputs: [input, gradient],
  output,
  shapes: [shape],
  params,
}) => {
  const winner = new Int32Array(gradient.length).fill(-1);
  forEachPoolTap(shape, params.window, (i, o) => {
    if (winner[o] < 0 || input[i] > input[winner[o]]) winner[o] = i;
  });
  output.fill(0);
  for (const [o, i] of winner.entries()) output[i] += gradient[o];
};
