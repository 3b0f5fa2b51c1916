import { Conv, type ConvOptions, type Size3d, slidingWindow } from "./conv.ts";
import type { Layer } from "./layer.ts";

export type Conv3dOptions = ConvOptions<Size3d>;

/**
 * Convolution over volumes, such as scans or clips: [N, D, H, W, C] → [N, outD, outH, outW, filters].
 *
 * Weights: kernel [kD, kH, kW, C / groups, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the volume.
 * @see https://keras.io/api/layers/convolution_layers/convolution3d/
 * @example
 * layers.conv3d({ filters: 8, kernelSize: [1, 3, 3], padding: "same", inputShape: [16, 32, 32, 1] });
 */
export function conv3d(options: Conv3dOptions): Layer {
  return new Conv(3, options, slidingWindow);
}
