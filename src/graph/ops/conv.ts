/**
 * Convolution over one, two or three spatial axes, and its two gradients. The three are each other's derivatives: each
 * is linear in both operands, and the input gradient is what the field calls a transposed convolution.
 */
import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import { type WindowGeometry, windowOutputs } from "../../core/window.ts";
import { apply, type Op } from "../graph.ts";

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
