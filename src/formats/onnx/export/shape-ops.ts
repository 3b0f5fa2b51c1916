/** Ops of our graph that move elements or take axes together, as ONNX's. */
import { formatShape, sameShape, sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import type { PadParams } from "../../../graph/ops/pad.ts";
import type { ReduceParams } from "../../../graph/ops/reduce-sum.ts";
import { probeBatch } from "../onnx-layer.ts";
import { axisIn, type Form, type GraphWriter, spatialSize, toFirst, toLast } from "./graph-writer.ts";
import { inputsOf, isOf, type OpWriter, paramsOf } from "./op-writer.ts";
import { resample } from "./resample.ts";

const int64 = 7;

const reshape: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const [rank, outRank] = [x.shape.length, value.shape.length];
  /* Without spatial extent both orders are the same. */
  const isFlat = rank > 2 && spatialSize(x.shape) === 1 && outRank === 2 && writer.formOf([x]) === "first";
  const name = writer.name(x, isFlat ? "first" : "last");
  const isFlattening =
    outRank === 2 && rank > 2 && value.shape[0] === x.shape[0] && x.shape[0] === probeBatch;
  if (isFlattening) writer.write(value, "last", "Flatten", [name], { axis: 1 });
  else {
    const shape = writer.file.wholeNumbers(`${value.scope}/shape`, writer.openShape(value));
    writer.write(value, "last", "Reshape", [name, shape]);
  }
};

const transpose: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const { order } = paramsOf<{ order: readonly number[] }>(value);
  const rank = order.length;
  /* Channels that move to the end, or to the front, are there already in the other form. */
  if (rank > 2 && sameShape(order, toFirst(rank)) && writer.has(x, "first")) {
    writer.put(value, "last", writer.name(x, "first"));
    return;
  }
  if (rank > 2 && sameShape(order, toLast(rank)) && writer.has(x, "last")) {
    writer.put(value, "first", writer.name(x, "last"));
    return;
  }
  writer.write(value, "last", "Transpose", [writer.name(x, "last")], { perm: order });
};

/** A list for each axis in the order of a form. */
function inForm(form: Form, list: readonly number[]): number[] {
  const rank = list.length;
  const moved = new Array<number>(rank);
  for (const [axis, item] of list.entries()) moved[axisIn(form, axis, rank)] = item;
  return moved;
}

const pad: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const { before, after, value: fill } = paramsOf<PadParams>(value);
  const form = x.shape.length > 2 ? writer.formOf([x]) : "last";
  const pads = writer.file.wholeNumbers(`${value.scope}/pads`, [
    ...inForm(form, before),
    ...inForm(form, after),
  ]);
  const inputs = [writer.name(x, form), pads];
  if (fill !== 0) inputs.push(writer.file.initializer(`${value.scope}/fill`, [], new Float32Array([fill])));
  writer.write(value, form, "Pad", inputs);
};

const slice: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const { start, size } = paramsOf<{ start: readonly number[]; size: readonly number[] }>(value);
  const axes = x.shape.flatMap((length, axis) => (start[axis] === 0 && size[axis] === length ? [] : [axis]));
  if (axes.some((axis) => x.shape[axis] % probeBatch === 0))
    throw writer.refuse(value, "a part of the batch");
  const rank = x.shape.length;
  const form = rank > 2 ? writer.formOf([x]) : "last";
  const list = (name: string, numbers: readonly number[]) =>
    writer.file.wholeNumbers(`${value.scope}/${name}`, numbers);
  writer.write(value, form, "Slice", [
    writer.name(x, form),
    list(
      "starts",
      axes.map((axis) => start[axis]),
    ),
    list(
      "ends",
      axes.map((axis) => start[axis] + size[axis]),
    ),
    list(
      "axes",
      axes.map((axis) => axisIn(form, axis, rank)),
    ),
  ]);
};

const concatenate: OpWriter = (writer, value) => {
  const inputs = inputsOf(value);
  const rank = value.shape.length;
  const form = rank > 2 ? writer.formOf(inputs) : "last";
  const { axis } = paramsOf<{ axis: number }>(value);
  if (value.shape[axis] % probeBatch === 0) throw writer.refuse(value, "batches joined to one");
  const nameOf = (input: Value) => {
    if (writer.isOpen(input)) return writer.name(input, form);
    const { shape, data } = writer.arrayOf(input);
    if (form === "last") return writer.initializer(input, "part", shape, data);
    throw writer.refuse(value, "known numbers between feature maps");
  };
  writer.write(value, form, "Concat", inputs.map(nameOf), { axis: axisIn(form, axis, rank) });
};

/** The factor of the one multiplication behind a sum that makes it a mean, and that multiplication. */
function meanOf(writer: GraphWriter, sum: Value, count: number): Value | undefined {
  let last = sum;
  let reader = writer.readerOf(sum);
  if (isOf(reader, "reshape")) {
    last = reader;
    reader = writer.readerOf(reader);
  }
  if (!isOf(reader, "binary") || paramsOf<{ function: string }>(reader).function !== "multiply")
    return undefined;
  const factor = inputsOf(reader).find((input) => input !== last);
  if (factor?.source.kind !== "constant" || sizeOf(factor.shape) !== 1) return undefined;
  const isMean = Math.abs(factor.source.data[0] * count - 1) < 1e-6;
  if (isMean) writer.replace(reader, last);
  return isMean ? reader : undefined;
}

const reduce =
  (kind: "Sum" | "Max"): OpWriter =>
  (writer, value) => {
    const [x] = inputsOf(value);
    const { axes } = paramsOf<ReduceParams>(value);
    const rank = x.shape.length;
    if (axes.some((axis) => x.shape[axis] % probeBatch === 0))
      throw writer.refuse(value, "one number for the whole batch");
    const isMean =
      kind === "Sum" && meanOf(writer, value, sizeOf(axes.map((axis) => x.shape[axis]))) !== undefined;
    const form = rank > 2 ? writer.formOf([x]) : "last";
    const name = writer.name(x, form);
    const isGlobal =
      form === "first" && axes.length === rank - 2 && axes.every((axis) => axis > 0 && axis < rank - 1);
    if (isGlobal && (isMean || kind === "Max")) {
      writer.write(value, form, isMean ? "GlobalAveragePool" : "GlobalMaxPool", [name]);
      return;
    }
    const own = axes.map((axis) => axisIn(form, axis, rank));
    if (kind === "Sum" && !isMean)
      writer.write(value, form, "ReduceSum", [name, writer.file.wholeNumbers(`${value.scope}/axes`, own)], {
        keepdims: 1,
      });
    else writer.write(value, form, isMean ? "ReduceMean" : "ReduceMax", [name], { axes: own, keepdims: 1 });
  };

const broadcastTo: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const perSample = value.shape.filter((length) => length % probeBatch === 0);
  const grows = value.shape.map((length, axis) => length % probeBatch === 0 && x.shape[axis] === 1);
  if (perSample.length > 1 || value.shape.some((length, axis) => grows[axis] && length !== probeBatch))
    throw writer.refuse(value, `numbers repeated to ${formatShape(value.shape)}`);
  const lengths = value.shape.map((length) => (length % probeBatch === 0 ? 1 : length));
  let target = writer.file.wholeNumbers(`${value.scope}/shape`, lengths);
  const at = grows.indexOf(true);
  if (at >= 0) {
    /* Lengths in front of it, the number of samples, and lengths behind it. */
    const { file } = writer;
    const shape = file.add(value.scope, "Shape", [writer.batchSource]);
    const first = file.wholeNumbers(`${value.scope}/first`, [0]);
    const batch = file.add(value.scope, "Gather", [shape, first], { axis: 0 });
    const parts = [lengths.slice(0, at), lengths.slice(at + 1)].map((part) =>
      part.length === 0 ? [] : [file.wholeNumbers(`${value.scope}/shape`, part)],
    );
    target = file.add(value.scope, "Concat", [...parts[0], batch, ...parts[1]], { axis: 0 });
  }
  writer.write(value, "last", "Expand", [writer.name(x, "last"), target]);
};

const gather: OpWriter = (writer, value) => {
  const [rows, indices] = inputsOf(value);
  if (rows.shape[0] % probeBatch === 0) throw writer.refuse(value, "samples picked from a batch");
  const name = writer.isOpen(indices)
    ? writer.file.add(value.scope, "Cast", [writer.name(indices, "last")], { to: int64 })
    : writer.file.initializer(`${value.scope}/indices`, indices.shape, [...writer.arrayOf(indices).data]);
  writer.write(value, "last", "Gather", [writer.name(rows, "last"), name], { axis: 0 });
};

const argMax: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const found = writer.file.add(value.scope, "ArgMax", [writer.name(x, "last")], { axis: -1, keepdims: 0 });
  writer.write(value, "last", "Cast", [found], { to: 1 });
};

export const shapeOps: Readonly<Record<string, OpWriter>> = {
  argMax,
  broadcastTo,
  concatenate,
  gather,
  pad,
  reduceMax: reduce("Max"),
  reduceSum: reduce("Sum"),
  resample,
  reshape,
  slice,
  transpose,
};
