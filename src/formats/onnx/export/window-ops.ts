/** Convolutions, pools, products and normalizations of our graph as ONNX's. */
import { sameShape } from "../../../core/shape.ts";
import { extentOf, type WindowAxis } from "../../../core/window.ts";
import type { Value } from "../../../graph/graph.ts";
import type { ConvParams } from "../../../graph/ops/conv.ts";
import type { MatMulParams } from "../../../graph/ops/mat-mul.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";
import { relay } from "../import/relay.ts";
import type { AttributeToWrite } from "./file-builder.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { inputsOf, isOf, type OpWriter, paramsOf } from "./op-writer.ts";

/** A sum behind a convolution or product that adds a number to each channel: it becomes part of it. */
function takeBias(writer: GraphWriter, value: Value): string[] {
  const sum = writer.readerOf(value);
  if (!isOf(sum, "binary") || paramsOf<{ function: string }>(sum).function !== "add") return [];
  const bias = inputsOf(sum).find((input) => input !== value);
  const channels = value.shape[value.shape.length - 1];
  if (!bias || writer.isOpen(bias) || bias.shape.length !== 1 || bias.shape[0] !== channels) return [];
  writer.replace(sum, value);
  return [writer.constant(bias, 1, "last")];
}

/** How far the padding behind must reach for as many positions as there are. */
function padAfter({ in: length, out, stride, before, after, ...axis }: WindowAxis): number {
  const extent = extentOf({ ...axis } as WindowAxis);
  const fits = Math.floor((length + before + after - extent) / stride) + 1 === out;
  return fits ? after : Math.max(0, (out - 1) * stride + extent - length - before);
}

function windowAttributes(window: readonly WindowAxis[]): Record<string, AttributeToWrite> {
  return {
    kernel_shape: window.map(({ size }) => size),
    strides: window.map(({ stride }) => stride),
    pads: [...window.map(({ before }) => before), ...window.map(padAfter)],
    ...(window.some(({ dilation }) => dilation > 1) && { dilations: window.map(({ dilation }) => dilation) }),
  };
}

/** Our kernels […, a, b] as ONNX's [b, a, …]. */
function kernelName(writer: GraphWriter, value: Value, kernel: Value): string {
  if (writer.isOpen(kernel)) throw writer.refuse(value, "a kernel that depends on the input");
  const { shape, data } = writer.arrayOf(kernel);
  const last = shape.length - 1;
  const order = [last, last - 1, ...shape.slice(0, -2).map((_, i) => i)];
  const moved = order.map((axis) => shape[axis]);
  return writer.initializer(kernel, "kernel", moved, relay(data, shape, order));
}

const conv: OpWriter = (writer, value) => {
  const [image, kernel] = inputsOf(value);
  const { window, groups } = paramsOf<ConvParams>(value);
  const inputs = [writer.name(image, "first"), kernelName(writer, value, kernel), ...takeBias(writer, value)];
  writer.write(value, "first", "Conv", inputs, { ...windowAttributes(window), group: groups });
};

/** The input gradient of a convolution is what ONNX calls a transposed one. */
const convTranspose: OpWriter = (writer, value) => {
  const [image, kernel] = inputsOf(value);
  const { window, groups } = paramsOf<ConvParams>(value);
  /* What the whole result is longer than what is wanted of it behind; below 0 it is shorter. */
  const rests = window.map((axis) => axis.stride * (axis.out - 1) + extentOf(axis) - axis.in - axis.before);
  const inputs = [writer.name(image, "first"), kernelName(writer, value, kernel), ...takeBias(writer, value)];
  writer.write(value, "first", "ConvTranspose", inputs, {
    ...windowAttributes(window),
    pads: [...window.map(({ before }) => before), ...rests.map((rest) => Math.max(0, rest))],
    output_padding: rests.map((rest) => Math.max(0, -rest)),
    group: groups,
  });
};

const maxPool: OpWriter = (writer, value) => {
  const [image] = inputsOf(value);
  const { window } = paramsOf<PoolParams>(value);
  writer.write(value, "first", "MaxPool", [writer.name(image, "first")], windowAttributes(window));
};

const averagePool: OpWriter = (writer, value) => {
  const [image] = inputsOf(value);
  const { window } = paramsOf<PoolParams>(value);
  if (window.some(({ dilation }) => dilation > 1)) writer.file.require(19);
  writer.write(value, "first", "AveragePool", [writer.name(image, "first")], windowAttributes(window));
};

/** A product of all rows of an array of more axes, between reshapes: ONNX's MatMul takes it as it is. */
function writeRows(writer: GraphWriter, value: Value): boolean {
  const [a, b] = inputsOf(value);
  const { transposeA, transposeB } = paramsOf<MatMulParams>(value);
  const after = writer.readerOf(value);
  if (transposeA || transposeB || !isOf(a, "reshape") || !isOf(after, "reshape")) return false;
  const [x] = inputsOf(a);
  const [inner, columns] = b.shape;
  const outer = x.shape.slice(0, -1);
  if (x.shape.length < 3 || x.shape[x.shape.length - 1] !== inner) return false;
  if (!sameShape(after.shape, [...outer, columns])) return false;
  writer.write(value, "last", "MatMul", [writer.name(x, "last"), writer.name(b, "last")]);
  writer.replace(after, value);
  return true;
}

const matMul: OpWriter = (writer, value) => {
  const [a, b] = inputsOf(value);
  const { transposeA, transposeB } = paramsOf<MatMulParams>(value);
  if (writeRows(writer, value)) return;
  writer.write(
    value,
    "last",
    "Gemm",
    [writer.name(a, "last"), writer.name(b, "last"), ...takeBias(writer, value)],
    {
      transA: transposeA ? 1 : 0,
      transB: transposeB ? 1 : 0,
    },
  );
};

const batchNormalization: OpWriter = (writer, value) => {
  const [x, ...arrays] = inputsOf(value);
  const { epsilon, momentum } = paramsOf<{ epsilon: number; momentum: number }>(value);
  const names = arrays.map((array) => writer.constant(array, 1, "last"));
  writer.write(value, "first", "BatchNormalization", [writer.name(x, "first"), ...names], {
    epsilon: { real: epsilon },
    momentum: { real: momentum },
  });
};

const softmax: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const form = writer.formOf([x]);
  writer.write(value, form, "Softmax", [writer.name(x, form)], { axis: form === "first" ? 1 : -1 });
};

export const windowOps: Readonly<Record<string, OpWriter>> = {
  averagePool,
  conv,
  convInputGradient: convTranspose,
  matMul,
  maxPool,
  onnxBatchNormalization: batchNormalization,
  softmax,
};
