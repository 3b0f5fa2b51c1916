import { Conv, type ConvOptions, type Size2d, slidingWindow } from "./conv.ts";
import type { Layer } from "./layer.ts";

export type Conv2dOptions = ConvOptions<Size2d>;

/**
 * Convolution: slides `filters` kernels over the image and adds up what lies under each: [N, H, W, C] →
 * [N, outH, outW, filters], where outH = ⌊(H + padding − extent) / stride⌋ + 1.
 *
 * Weights: kernel [kH, kW, C / groups, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d/
 * @example
 * layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] });
 */
export function conv2d(options: Conv2dOptions): Layer {
  return new Conv(2, options, slidingWindow);
}
