/** ONNX's convolutions, products and batch normalizations as layers with weights. */
import { sizeOf } from "../../../core/shape.ts";
import { windowGeometry } from "../../../core/window.ts";
import type { Constant } from "../constant.ts";
import { placeWindow, readWindow } from "../ops/windows.ts";
import type { ImportedNode, ModelBuilder, Tensor } from "./model-builder.ts";
import { kernelOrder, relay } from "./relay.ts";
import type { Translator } from "./translator.ts";
import { callOf, initializersOf, sampleShape } from "./translator.ts";

const convTypes: Readonly<Record<number, string>> = { 3: "conv1d", 4: "conv2d", 5: "conv3d" };

/** Padding by side, or the word for it. */
function paddingOf(
  window: ReturnType<typeof placeWindow>,
): "valid" | "same" | (readonly [before: number, after: number])[] {
  if (window.every(({ before, after }) => before === 0 && after === 0)) return "valid";
  const same = windowGeometry(
    "same",
    window.map((axis) => axis.in),
    {
      size: window.map(({ size }) => size),
      strides: window.map(({ stride }) => stride),
      dilation: window.map(({ dilation }) => dilation),
      padding: "same",
    },
  );
  if (same.every((axis, i) => axis.before === window[i].before && axis.after === window[i].after))
    return "same";
  return window.map(({ before, after }) => [before, after]);
}

const conv: Translator = (imported, builder) => {
  const [image, kernel, bias] = imported.operands;
  const type = convTypes[image?.shape.length ?? 0];
  const weights = kernel?.constant;
  if (!image || !weights || !type || !builder.hasLayer(type) || (bias && !bias.constant)) return undefined;
  const call = callOf(imported);
  const spatial = image.shape.slice(2);
  const window = placeWindow(call, spatial, readWindow(call, spatial.length, weights.shape.slice(2)));
  const order = kernelOrder(weights.shape.length);
  const options = {
    filters: weights.shape[0],
    kernelSize: window.map(({ size }) => size),
    strides: window.map(({ stride }) => stride),
    padding: paddingOf(window),
    dilationRate: window.map(({ dilation }) => dilation),
    groups: call.attributes.whole("group", 1),
    useBias: bias !== undefined,
  };
  const arrays = [
    {
      name: "kernel",
      shape: order.map((axis) => weights.shape[axis]),
      data: relay(weights.floats, weights.shape, order),
    },
    ...(bias?.constant ? [{ name: "bias", shape: bias.shape, data: bias.constant.floats }] : []),
  ];
  const input = builder.last(needed(imported, 0), sampleShape(image));
  const ref = builder.add(imported.node, type, options, [input], arrays, initializersOf(imported))();
  return [{ ref, layout: "last" }];
};

function needed({ tensors }: ImportedNode, index: number): Tensor {
  const tensor = tensors[index];
  if (tensor) return tensor;
  throw new Error(`Operand ${index} is no tensor.`);
}

/** A number for each column, however it is repeated to [N, units]; nothing if it also differs from row to row. */
function columns(bias: Constant | undefined, units: number, factor: number): Float32Array | undefined {
  if (!bias) return new Float32Array(units);
  const { shape, floats } = bias;
  const last = shape[shape.length - 1] ?? 1;
  if (sizeOf(shape) !== last || (last !== units && last !== 1)) return undefined;
  return Float32Array.from({ length: units }, (_, i) => floats[last === 1 ? 0 : i] * factor);
}

/**
 * Dense weights [in, out] for what goes in: where a flattened array has its channels last, rows are put in that order.
 */
function rowsFor(
  tensor: Tensor,
  kernel: Float32Array,
  units: number,
): { ref: string; kernel: Float32Array } | undefined {
  const { layout, ref } = tensor;
  if (typeof layout === "string") return undefined;
  const { channels, spatial } = layout;
  const places = sizeOf(spatial);
  return { ref, kernel: relay(kernel, [channels, places, units], [1, 0, 2]) };
}

function dense(
  imported: ImportedNode,
  builder: ModelBuilder,
  { kernel, bias, units }: { kernel: Float32Array; bias: Float32Array | undefined; units: number },
  initializers: readonly string[] | undefined,
): Tensor[] {
  const tensor = needed(imported, 0);
  const operand = imported.operands[0];
  const moved = rowsFor(tensor, kernel, units);
  const input = moved?.ref ?? builder.given(tensor, operand ? sampleShape(operand) : []);
  const data = moved?.kernel ?? kernel;
  const arrays = [
    { name: "kernel", shape: [data.length / units, units], data },
    ...(bias ? [{ name: "bias", shape: [units], data: bias }] : []),
  ];
  const options = { units, useBias: bias !== undefined };
  const ref = builder.add(imported.node, "dense", options, [input], arrays, initializers)();
  return [{ ref, layout: "given" }];
}

const gemm: Translator = (imported, builder) => {
  const [a, b, c] = imported.operands;
  const { attributes } = imported.node;
  const matrix = b?.constant;
  if (a?.constant || !matrix || (c && !c.constant) || attributes.flag("transA")) return undefined;
  const isTurned = attributes.flag("transB");
  const units = matrix.shape[isTurned ? 0 : 1];
  const bias = columns(c?.constant, units, attributes.number("beta", 1));
  if (!bias) return undefined;
  const alpha = attributes.number("alpha", 1);
  const laid = isTurned ? relay(matrix.floats, matrix.shape, [1, 0]) : matrix.floats;
  const kernel = alpha === 1 ? laid : laid.map((weight) => weight * alpha);
  return dense(imported, builder, { kernel, bias: c ? bias : undefined, units }, initializersOf(imported));
};

/** A product and the sum behind it are one layer. */
const matMul: Translator = (imported, builder) => {
  const [a, b] = imported.operands;
  const matrix = b?.constant;
  if (!a || a.constant || !matrix || matrix.shape.length !== 2 || a.shape.length < 2) return undefined;
  const units = matrix.shape[1];
  const sum = builder.readerOf(imported.node.outputs[0], "Add");
  const added = sum?.inputs.find((name) => name !== imported.node.outputs[0]) ?? "";
  const constant = builder.known(added);
  const isBias =
    sum && constant && sizeOf(constant.shape) === units && constant.shape.length <= a.shape.length;
  const bias = isBias ? columns(constant, units, 1) : undefined;
  const initializers = initializersOf(imported);
  const made = dense(
    imported,
    builder,
    { kernel: matrix.floats, bias, units },
    initializers && [...initializers, added],
  );
  if (bias && sum) builder.replace(sum, made[0]);
  return made;
};

const batchNormalization: Translator = (imported, builder) => {
  const [x, ...others] = imported.operands;
  const constants = others.slice(0, 4).flatMap((operand) => operand?.constant ?? []);
  const { attributes } = imported.node;
  if (!x || x.constant || constants.length < 4) return undefined;
  const channels = x.shape[1];
  const isPlain = constants.every(({ shape }) => shape.length === 1 && shape[0] === channels);
  if (!isPlain || attributes.flag("training_mode")) return undefined;
  const names = ["gamma", "beta", "moving_mean", "moving_variance"];
  const arrays = constants.map((constant, i) => ({
    name: names[i],
    shape: [channels],
    data: constant.floats,
  }));
  const isImage = x.shape.length > 2;
  const tensor = needed(imported, 0);
  const input = isImage ? builder.last(tensor, sampleShape(x)) : builder.given(tensor, sampleShape(x));
  const options = {
    epsilon: attributes.number("epsilon", 1e-5),
    momentum: attributes.number("momentum", 0.9),
  };
  const ref = builder.add(
    imported.node,
    "batchNormalization",
    options,
    [input],
    arrays,
    initializersOf(imported),
  )();
  return [{ ref, layout: isImage ? "last" : "given" }];
};

export const convolutionLayers: Readonly<Record<string, Translator>> = {
  BatchNormalization: batchNormalization,
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
};
