/** A node as a layer of its own, for whatever no other layer says. */
import { type Shape, sizeOf } from "../../../core/shape.ts";
import { isWhole } from "../constant.ts";
import { type OnnxLayerInput, probeBatch, saveNumber } from "../onnx-layer.ts";
import type { Operand } from "../operand.ts";
import { activations } from "../ops/activations.ts";
import { elementwise } from "../ops/elementwise.ts";
import {
  type ImportedNode,
  type ImportedWeight,
  type ModelBuilder,
  refuseNode,
  type Tensor,
} from "./model-builder.ts";
import { relay } from "./relay.ts";
import { initializersOf, sampleShape } from "./translator.ts";

/** Ops that treat the elements of an axis together; over that of the batch they would mix samples. */
const alongAxis: ReadonlyMap<string, number> = new Map([
  ["Softmax", -1],
  ["LogSoftmax", -1],
  ["LayerNormalization", -1],
  ["RMSNormalization", -1],
  ["LpNormalization", -1],
]);

/** Inputs of ops that are statistics: training does not change them. */
const statistics: ReadonlyMap<string, readonly number[]> = new Map([["BatchNormalization", [3, 4]]]);

function isElementwise({ node: { op } }: ImportedNode): boolean {
  const isFunction = Object.hasOwn(activations, op) && !alongAxis.has(op);
  return (isFunction || Object.hasOwn(elementwise, op)) && op !== "Clip";
}

/** An array for elements with channels last: its own axes, and those it repeats along, in that order. */
function moveLast({ shape, constant }: Operand, rank: number): { shape: Shape; data: Float32Array } {
  const floats = constant?.floats ?? new Float32Array();
  if (shape.length < 2) {
    /* Along the last axis of [N, C, …], which is the one before the channels now. */
    const isRow = shape.length === 1 && shape[0] > 1;
    return { shape: isRow ? [...shape, 1] : shape, data: floats };
  }
  const aligned = [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const order = [0, ...aligned.slice(2).map((_, i) => i + 2), 1];
  return { shape: order.map((axis) => aligned[axis]), data: relay(floats, aligned, order) };
}

/** Numbers for JSON, where the number of samples has a name. @throws FileError for lengths that hold several samples' elements. */
function savedNumbers(imported: ImportedNode, numbers: ArrayLike<number>): ReturnType<typeof saveNumber>[] {
  return Array.from(numbers, (value) => {
    if (value === probeBatch) return "batch";
    if (value !== 0 && value % probeBatch === 0)
      throw refuseNode(imported, "an op that keeps samples apart", "lengths made of the number of samples");
    return saveNumber(value);
  });
}

/** Ops whose known inputs say how to compute. */
const settingsOnly: ReadonlySet<string> = new Set(["Clip", "Dropout", "Pad", "Resize", "Upsample"]);

/** Floating-point arrays of more than one number are weights, the rest are settings. */
function isWeight(op: string, { constant, type, shape }: Operand): boolean {
  return constant !== undefined && !isWhole(type) && sizeOf(shape) > 1 && !settingsOnly.has(op);
}

export function nodeLayer(imported: ImportedNode, builder: ModelBuilder): Tensor[] {
  const { node, opset, operands, results } = imported;
  const tensors = imported.tensors.flatMap((tensor) => tensor ?? []);
  const rank = results[0].shape.length;
  const ranks = operands.flatMap((operand) => (operand && !operand.constant ? [operand.shape.length] : []));
  const keepsLast =
    isElementwise(imported) &&
    rank > 2 &&
    tensors.some(({ layout }) => layout === "last") &&
    ranks.every((length) => length === rank);
  const keepsFlat =
    isElementwise(imported) && operands.filter((operand) => operand && operand.shape.length > 0).length === 1;
  const layout = keepsFlat ? tensors[0].layout : keepsLast ? "last" : "given";
  const refs: string[] = [];
  const weights: (ImportedWeight & { readonly trainable: boolean })[] = [];
  const inputs = operands.map((operand, i): OnnxLayerInput => {
    if (!operand) return null;
    const tensor = imported.tensors[i];
    if (tensor) {
      const ref = keepsFlat
        ? tensor.ref
        : builder[keepsLast ? "last" : "given"](tensor, sampleShape(operand));
      return { input: refs.push(ref) - 1, type: operand.type };
    }
    const { type, constant } = operand;
    const moved = keepsLast ? moveLast(operand, rank) : { shape: operand.shape, data: constant?.data ?? [] };
    if (!isWeight(node.op, operand))
      return { constant: savedNumbers(imported, moved.data), shape: moved.shape, type };
    const name = `input${i}`;
    const isStatistic = statistics.get(node.op)?.includes(i) === true;
    const data = Float32Array.from(moved.data);
    weights.push({
      name,
      shape: moved.shape,
      data,
      trainable: !isStatistic && !builder.isFixed(node.inputs[i]),
    });
    return { weight: name };
  });
  const options = {
    op: node.op,
    opset,
    attributes: Object.fromEntries(
      [...node.attributes.values].map(([name, value]) => [
        name,
        typeof value === "number" ? saveNumber(value) : value,
      ]),
    ),
    inputs,
    outputs: results.length,
    weights: weights.map(({ name, shape, trainable }) => ({ name, shape, trainable })),
  };
  const ref = builder.add(node, "onnx", options, refs, weights, initializersOf(imported));
  return results.map((_, i) => ({ ref: ref(i), layout }));
}

/** @throws FileError for ops over the axis of the batch: models treat each sample by itself. */
export function checkSamples(imported: ImportedNode): void {
  const { node, opset, operands, results } = imported;
  const axis = alongAxis.get(node.op);
  const rank = operands[0]?.shape.length ?? 0;
  const isOld = opset < 13 && node.op.endsWith("oftmax");
  const along = axis === undefined ? undefined : node.attributes.whole("axis", isOld ? 1 : axis);
  const mixes = along !== undefined && (along === 0 || along === -rank);
  const trains = node.op === "BatchNormalization" && node.attributes.flag("training_mode");
  const isApart = results.every(
    ({ shape: [batch, ...sample] }) =>
      batch === probeBatch && sample.length > 0 && sample.every((length) => length % probeBatch !== 0),
  );
  if (isApart && !mixes && !trains) return;
  const shapes = results.map(({ shape }) =>
    JSON.stringify(shape.map((length) => (length === probeBatch ? "N" : length))),
  );
  throw refuseNode(
    imported,
    "an op that gives one result for each sample, [N, …]",
    `${node.op} to ${shapes.join(", ")}`,
  );
}
