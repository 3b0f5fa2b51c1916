/** An ONNX file as a model of this package's layers. */
import { FileError } from "../../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../../core/shape.ts";
import { Graph } from "../../../graph/graph.ts";
import type { SavedModel } from "../../saved-model.ts";
import { Constant } from "../constant.ts";
import { probeBatch } from "../onnx-layer.ts";
import { Operand } from "../operand.ts";
import { type OnnxGraph, type OnnxInput, type OnnxNode, readGraph } from "../read-graph.ts";
import { type WrittenNode, writeGraph } from "../write-graph.ts";
import type { MakeValue } from "../write-node.ts";
import { convolutionLayers } from "./convolution-layers.ts";
import { layoutLayers } from "./layout-layers.ts";
import { type ImportedNode, ModelBuilder, type Tensor } from "./model-builder.ts";
import { checkSamples, nodeLayer } from "./node-layer.ts";
import type { Translator } from "./translator.ts";

const translators: ReadonlyMap<string, Translator> = new Map(
  Object.entries({ ...layoutLayers, ...convolutionLayers }),
);

/** Inputs that hold the lengths of what comes out, by op; files for a fixed number of samples have it in them. */
const lengthInputs: ReadonlyMap<string, number> = new Map([
  ["Expand", 1],
  ["Reshape", 1],
  ["Resize", 3],
]);

/**
 * Reads the bytes of an ONNX file. Shapes are worked out for a number of samples that no length of a network is a
 * multiple of, so that it is known which axis is the batch.
 *
 * @throws FileError naming the byte, array or node that cannot be read.
 */
export function readModel(bytes: Uint8Array, where: string): SavedModel {
  const onnx = readGraph(bytes, where);
  const builder = new ModelBuilder(onnx);
  const graph = new Graph();
  const operands = new Map<string, Operand>();
  const tensors = new Map<string, Tensor>();
  const inputs: [string, string][] = [];
  for (const input of onnx.inputs) {
    const shape = sampleShapeOf(where, input);
    const layer = builder.addInput(input.name, shape);
    operands.set(input.name, Operand.of(graph.input(input.name, [probeBatch, ...shape]), input.type));
    tensors.set(input.name, { ref: `${layer}#0.0`, layout: "given" });
    inputs.push([outerName(input.name), layer]);
  }
  checkBatches(where, onnx.inputs);
  const results = writeGraph(onnx, operands, {
    graph,
    make: inputInstead(graph),
    prepare: (node, found) => withSamples(onnx, node, found),
    onNode: (written) => importNode(written, onnx, builder, tensors),
  });
  const outputs = onnx.outputs.map((name): [string, string] => {
    const [tensor, operand] = [tensors.get(name), results.get(name)];
    if (tensor && operand) return [outerName(name), builder.given(tensor, operand.shape.slice(1))];
    throw new FileError({
      where: `${where}, output "${name}"`,
      expected: "numbers that depend on the input",
      received: "others",
    });
  });
  return {
    name: builder.nameOf(onnx.name || "model"),
    spec: { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs), layers: builder.specs },
    weights: builder.weights,
  };
}

/** Names from files become keys of objects. */
function outerName(name: string): string {
  return name === "__proto__" ? "proto" : name;
}

/** The lengths of known arrays are all that is needed of them here. */
function inputInstead(graph: Graph): MakeValue {
  let count = 0;
  return ({ shape }) => graph.input(`known ${count++}`, shape);
}

/** The most elements that one sample may have. */
const mostElements = 2 ** 26;

/** Shape of one sample. @throws FileError unless it is known, and the first axis is that of the batch. */
function sampleShapeOf(where: string, { name, dims }: OnnxInput): Shape {
  const shape = dims?.slice(1) ?? [];
  const lengths = shape.filter((length): length is number => typeof length === "number" && length >= 1);
  const isWhole = lengths.length === shape.length && lengths.every(Number.isSafeInteger);
  if (shape.length > 0 && isWhole && sizeOf(lengths) <= mostElements) return lengths;
  throw new FileError({
    where: `${where}, input "${name}"`,
    expected: "a shape [batch, …] whose lengths are known",
    received: dims
      ? formatShape(dims.map((length) => (typeof length === "number" ? length : null)))
      : "no shape",
    hint: "Export the model with fixed height and width; only the first axis, the batch, may be open.",
  });
}

/** @throws FileError if inputs were made for different numbers of samples: their first axis is not the batch then. */
function checkBatches(where: string, inputs: readonly OnnxInput[]): void {
  const lengths = new Set(inputs.flatMap(({ dims }) => (typeof dims?.[0] === "number" ? [dims[0]] : [])));
  if (lengths.size > 1)
    throw new FileError({
      where,
      expected: "inputs of one number of samples",
      received: [...lengths].join(" and "),
    });
}

/** Lengths for the number of samples that the file was made for become lengths for any number. */
function withSamples(
  { inputs }: OnnxGraph,
  { op }: OnnxNode,
  operands: readonly (Operand | undefined)[],
): readonly (Operand | undefined)[] {
  const index = lengthInputs.get(op);
  const fixed = inputs[0]?.dims?.[0];
  const lengths = index === undefined ? undefined : operands[index]?.constant;
  if (lengths === undefined || typeof fixed !== "number" || lengths.size < 2) return operands;
  const { data, type, shape } = lengths;
  if (data[0] !== fixed || operands[0]?.shape[0] !== probeBatch) return operands;
  const changed = Constant.of(type, shape, [probeBatch, ...data.slice(1)]);
  const operand = Operand.known(changed, () => {
    throw new TypeError("Lengths are known.");
  });
  return operands.map((other, i) => (i === index ? operand : other));
}

function importNode(
  { node, inputs, results }: WrittenNode,
  { opset }: OnnxGraph,
  builder: ModelBuilder,
  tensors: Map<string, Tensor>,
): void {
  if (results.every(({ constant }) => constant !== undefined)) {
    const isFixed =
      node.op === "Constant" || node.inputs.every((name) => name === "" || builder.isFixed(name));
    if (isFixed) for (const name of node.outputs) builder.fix(name);
    return;
  }
  const imported: ImportedNode = {
    node,
    opset,
    operands: inputs,
    results,
    tensors: node.inputs.map((name, i) => (inputs[i] && !inputs[i].constant ? tensors.get(name) : undefined)),
  };
  checkSamples(imported);
  const replacement = builder.replacementOf(node);
  const made = replacement
    ? [replacement]
    : (translators.get(node.op)?.(imported, builder) ?? nodeLayer(imported, builder));
  for (const [i, tensor] of made.entries()) if (node.outputs[i]) tensors.set(node.outputs[i], tensor);
}
