import { Conv, type ConvOptions, type Size1d } from "./conv.ts";
import type { Layer } from "./layer.ts";
import { type SequencePadding, sequenceWindow } from "./sequence-window.ts";

export type Conv1dOptions = ConvOptions<Size1d, SequencePadding>;

/**
 * Convolution over sequences: [N, steps, C] → [N, outSteps, filters].
 *
 * With `padding: "causal"` an output sees its own step and those before it, none that comes after.
 *
 * Weights: kernel [k, C / groups, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the sequence.
 * @see https://keras.io/api/layers/convolution_layers/convolution1d/
 * @example
 * layers.conv1d({ filters: 16, kernelSize: 3, dilationRate: 2, padding: "causal", inputShape: [100, 4] });
 */
export function conv1d(options: Conv1dOptions): Layer {
  return new Conv(1, options, sequenceWindow);
}
