/** Convolutions, in ONNX's layout [N, C, …]. @see https://onnx.ai/onnx/operators/onnx__Conv.html */
import { formatShape } from "../../../core/shape.ts";
import { extentOf, type WindowAxis } from "../../../core/window.ts";
import { apply, type Value } from "../../../graph/graph.ts";
import { convInputGradientOp, convOp } from "../../../graph/ops/conv.ts";
import { add } from "../../../graph/ops/elementwise.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import { input, like, type OpCall, type OpDefinition, refuse } from "../operand.ts";
import { channelsFirst, channelsLast, halves, placeWindow, readWindow, windowAttributes } from "./windows.ts";

/** [a, b, …] → […, b, a]: ONNX's kernels in our layout, for both kinds of convolution. */
function kernelOf(kernel: Value): Value {
  const spatial = kernel.shape.slice(2).map((_, i) => i + 2);
  return transpose(kernel, [...spatial, 1, 0]);
}

function withBias(call: OpCall, sums: Value): Value {
  const bias = call.inputs[2]?.value;
  if (bias && bias.shape.length !== 1) throw refuse(call, "a bias [C]", formatShape(bias.shape));
  return channelsFirst(bias ? add(sums, bias) : sums);
}

function operands(call: OpCall): { image: Value; kernel: Value; groups: number } {
  const [image, kernel] = [input(call, 0).value, input(call, 1).value];
  const groups = call.attributes.whole("group", 1);
  if (image.shape.length < 3 || kernel.shape.length !== image.shape.length)
    throw refuse(
      call,
      "an image [N, C, …] and a kernel of as many axes",
      `${formatShape(image.shape)} and ${formatShape(kernel.shape)}`,
    );
  if (groups < 1) throw refuse(call, "group ≥ 1", String(groups));
  return { image, kernel, groups };
}

const conv: OpDefinition = {
  attributes: [...windowAttributes, "group"],
  write(call) {
    const { image, kernel, groups } = operands(call);
    const spatial = image.shape.slice(2);
    const window = placeWindow(call, spatial, readWindow(call, spatial.length, kernel.shape.slice(2)));
    const sums = apply(convOp, [channelsLast(image), kernelOf(kernel)], { window, groups });
    return like(call, withBias(call, sums));
  },
};

/** The window of the convolution whose input gradient it is: `in` is what comes out here. */
export function transposedWindow(
  call: OpCall,
  spatial: readonly number[],
  kernel: readonly number[],
): WindowAxis[] {
  const rank = spatial.length;
  const { size, strides, dilations, pads, autoPad } = readWindow(call, rank, kernel);
  const outputPadding = call.attributes.sizes("output_padding", rank, 0) ?? new Array<number>(rank).fill(0);
  const outputShape = call.attributes.sizes("output_shape", rank);
  return spatial.map((length, i) => {
    const axis = { size: size[i], stride: strides[i], dilation: dilations[i] };
    const whole = axis.stride * (length - 1) + outputPadding[i] + extentOf(axis as WindowAxis);
    const isSame = autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER";
    const wanted = outputShape?.[i] ?? (isSame ? length * axis.stride : undefined);
    let [before, after] = autoPad === "VALID" ? [0, 0] : [pads[i], pads[i + rank]];
    if (wanted !== undefined) [before, after] = halves(Math.max(0, whole - wanted), autoPad);
    const result = wanted ?? whole - before - after;
    if (!(result >= 1)) throw refuse(call, "an output of at least one element", String(result));
    return { ...axis, in: result, out: length, before, after };
  });
}

const convTranspose: OpDefinition = {
  attributes: [...windowAttributes, "group", "output_padding", "output_shape"],
  write(call) {
    const { image, kernel, groups } = operands(call);
    const window = transposedWindow(call, image.shape.slice(2), kernel.shape.slice(2));
    const sums = apply(convInputGradientOp, [channelsLast(image), kernelOf(kernel)], { window, groups });
    return like(call, withBias(call, sums));
  },
};

export const convolutions = { Conv: conv, ConvTranspose: convTranspose } satisfies Record<
  string,
  OpDefinition
>;
