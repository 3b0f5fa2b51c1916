/** Convolutions as programs write them; the ops stand in conv.ts, which networks of layers do without this. */
import { OptionError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { type Padding, perAxis, windowGeometry } from "../../core/window.ts";
import { apply, type Value } from "../graph.ts";
import { type ConvParams, convInputGradientOp, convOp } from "./conv.ts";

export interface ConvOptions {
  /** Pixels from one position to the next, for all axes or for each. Default 1. */
  strides?: number | readonly number[];
  /** Default `"valid"`: no padding. */
  padding?: Padding;
  /** Pixels between neighbouring taps. Default 1. */
  dilationRate?: number | readonly number[];
  /** Default 1. */
  groups?: number;
}

/**
 * Slides `kernel` over the image: [N, H, W, inC], [kH, kW, inC / groups, outC] → [N, outH, outW, outC]. One or three
 * spatial axes work alike.
 *
 * output[n, y, x, o] = Σ input[n, y·stride + i·dilation − top, x·stride + j·dilation − left, c] · kernel[i, j, c, o]:
 * cross-correlation, as everywhere in deep learning; the kernel is not flipped.
 *
 * @throws ShapeError if the image's channels differ from the kernel's, or no window fits.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d/
 */
export function conv(input: Value, kernel: Value, options: ConvOptions = {}): Value {
  return apply(convOp, [input, kernel], convParams("conv", input.shape, kernel.shape, options));
}

/**
 * Transposed convolution: [N, H, W, outC], [kH, kW, inC / groups, outC] → [N, …, inC], where `outputShape` gives the
 * spatial size of the result. It is the gradient of {@link conv} with respect to its input.
 */
export function convTranspose(
  input: Value,
  kernel: Value,
  { outputSize, ...options }: ConvOptions & { outputSize: readonly number[] },
): Value {
  const image = [
    input.shape[0],
    ...outputSize,
    kernel.shape[kernel.shape.length - 2] * (options.groups ?? 1),
  ];
  return apply(
    convInputGradientOp,
    [input, kernel],
    convParams("convTranspose", image, kernel.shape, options),
  );
}

function convParams(where: string, input: Shape, kernel: Shape, options: ConvOptions): ConvParams {
  const { strides = 1, padding = "valid", dilationRate = 1, groups = 1 } = options;
  const rank = input.length - 2;
  if (rank < 1 || rank > 3 || kernel.length !== rank + 2) {
    throw new ShapeError({
      where,
      expected: "an image [N, …, C] with 1 to 3 spatial axes and a kernel with as many",
      received: `${formatShape(input)} and ${formatShape(kernel)}`,
    });
  }
  if (!Number.isInteger(groups) || groups < 1) {
    throw new OptionError({ where, expected: "groups to be a whole number ≥ 1", received: String(groups) });
  }
  const window = windowGeometry(where, input.slice(1, -1), {
    size: kernel.slice(0, rank),
    strides: perAxis(where, "strides", strides, rank),
    dilation: perAxis(where, "dilationRate", dilationRate, rank),
    padding,
  });
  return { window, groups };
}
