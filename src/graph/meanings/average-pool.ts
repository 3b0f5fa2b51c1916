import { forEachTap, type WindowGeometry, windowOutputs } from "../../core/window.ts";
import type { PoolParams } from "../ops/pool-params.ts";
import { forEachPoolTap } from "./max-pool.ts";
import type { Meaning } from "./meaning.ts";

/** Taps of each window that lie inside the image. */
function tapCounts(window: WindowGeometry): Float64Array {
  const counts = new Float64Array(windowOutputs(window));
  forEachTap(window, (o) => counts[o]++);
  return counts;
}

export const averagePool: Meaning<PoolParams> = ({
  inputs: [input],
  output,
  shapes: [shape],
  params: { window },
}) => {
  const counts = tapCounts(window);
  const channels = shape[shape.length - 1];
  output.fill(0);
  forEachPoolTap(shape, window, (i, o) => {
    output[o] += input[i];
  });
  for (let o = 0; o < output.length; o++) output[o] /= counts[Math.floor(o / channels) % counts.length];
};

export const averagePoolGradient: Meaning<PoolParams> = ({
  inputs: [gradient],
  output,
  outputShape,
  params: { window },
}) => {
  const counts = tapCounts(window);
  const channels = outputShape[outputShape.length - 1];
  output.fill(0);
  forEachPoolTap(outputShape, window, (i, o) => {
    output[i] += gradient[o] / counts[Math.floor(o / channels) % counts.length];
  });
};
