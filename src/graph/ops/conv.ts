/**
 * Convolution over one, two or three spatial axes, and its two gradients. The three are each other's derivatives: each
 * is linear in both operands, and the input gradient is what the field calls a transposed convolution.
 */
import { OptionError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import {
  type Padding,
  perAxis,
  type WindowGeometry,
  windowGeometry,
  windowOutputs,
} from "../../core/window.ts";
import { apply, type Op, type Value } from "../graph.ts";

export interface ConvParams {
  readonly window: WindowGeometry;
  /** Channels are split into this many groups that do not see each other. */
  readonly groups: number;
}

function check(input: Shape, kernel: Shape, output: Shape | undefined, { window, groups }: ConvParams): void {
  const inC = input[input.length - 1];
  const outC = kernel[kernel.length - 1];
  const expected = [...window.map((axis) => axis.size), inC / groups, outC];
  if (inC % groups !== 0 || outC % groups !== 0) {
    throw new ShapeError({
      where: "conv",
      expected: `groups to divide ${inC} input and ${outC} output channels`,
      received: String(groups),
    });
  }
  if (!sameShape(kernel, expected)) {
    throw new ShapeError({
      where: "conv",
      expected: `a kernel ${formatShape(expected)} for the input ${formatShape(input)}`,
      received: formatShape(kernel),
    });
  }
  const positions = [input[0], ...window.map((axis) => axis.out), outC];
  if (output && !sameShape(output, positions)) {
    throw new ShapeError({
      where: "conv",
      expected: `an output gradient ${formatShape(positions)}`,
      received: formatShape(output),
    });
  }
}

/** Multiplications and additions of a convolution or of one of its gradients. */
const convFlops = (batch: number, kernel: Shape, { window }: ConvParams): number =>
  2 * batch * windowOutputs(window) * sizeOf(kernel);

/** Slides a kernel over the image: [N, H, W, inC], [kH, kW, inC / groups, outC] → [N, outH, outW, outC]. */
export const convOp: Op<ConvParams> = {
  name: "conv",
  shape([input, kernel], params) {
    check(input, kernel, undefined, params);
    return [input[0], ...params.window.map((axis) => axis.out), kernel[kernel.length - 1]];
  },
  gradient: ({ inputs: [input, kernel], outputGradient, params }) => [
    apply(convInputGradientOp, [outputGradient, kernel], params),
    apply(convKernelGradientOp, [input, outputGradient], params),
  ],
  flops: ([input, kernel], _, params) => convFlops(input[0], kernel, params),
};

/** Spreads each output over the inputs it was computed from: [N, outH, outW, outC], kernel → [N, H, W, inC]. */
export const convInputGradientOp: Op<ConvParams> = {
  name: "convInputGradient",
  shape([gradient, kernel], params) {
    const inC = kernel[kernel.length - 2] * params.groups;
    const input = [gradient[0], ...params.window.map((axis) => axis.in), inC];
    check(input, kernel, gradient, params);
    return input;
  },
  gradient: ({ inputs: [gradient, kernel], outputGradient, params }) => [
    apply(convOp, [outputGradient, kernel], params),
    apply(convKernelGradientOp, [outputGradient, gradient], params),
  ],
  flops: ([gradient, kernel], _, params) => convFlops(gradient[0], kernel, params),
};

/** Correlates the image with the output's gradient: [N, H, W, inC], [N, outH, outW, outC] → [kH, kW, inC / groups, outC]. */
export const convKernelGradientOp: Op<ConvParams> = {
  name: "convKernelGradient",
  shape([input, gradient], params) {
    const inC = input[input.length - 1];
    const outC = gradient[gradient.length - 1];
    const kernel = [...params.window.map((axis) => axis.size), inC / params.groups, outC];
    check(input, kernel, gradient, params);
    return kernel;
  },
  gradient: ({ inputs: [input, gradient], outputGradient, params }) => [
    apply(convInputGradientOp, [gradient, outputGradient], params),
    apply(convOp, [input, outputGradient], params),
  ],
  flops: ([input], kernel, params) => convFlops(input[0], kernel, params),
};

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
