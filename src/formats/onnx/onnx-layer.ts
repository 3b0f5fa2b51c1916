/** The layer for ONNX ops that no other layer stands for: one node of a graph, in ONNX's own layout. */
import { OptionError } from "../../core/errors.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { Graph, type Value } from "../../graph/graph.ts";
import { initializerOf } from "../../initializers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "../../layers/layer.ts";
import { Attributes, type AttributeValue } from "./attributes.ts";
import { Budget } from "./budget.ts";
import { Constant, codeOf, type DataType } from "./constant.ts";
import { Operand } from "./operand.ts";
import { asConstant, writeNode } from "./write-node.ts";

/** A number in JSON; those that JSON has not are named, and so is the number of samples. */
export type SavedNumber = number | "Infinity" | "-Infinity" | "NaN" | "batch";

/** Where an input of the op comes from: an input of the layer, a weight, or numbers that are known. */
export type OnnxLayerInput =
  | { readonly input: number; readonly type: DataType }
  | { readonly weight: string }
  | { readonly constant: readonly SavedNumber[]; readonly shape: Shape; readonly type: DataType }
  | null;

export interface OnnxLayerOptions extends LayerOptions {
  /** ONNX's name: `Resize`. */
  op: string;
  /** Version of the set of ops. */
  opset: number;
  attributes: Readonly<Record<string, SavedNumber | string | readonly SavedNumber[] | readonly string[]>>;
  inputs: readonly OnnxLayerInput[];
  /** How many of the op's outputs the layer has. */
  outputs: number;
  weights: readonly { readonly name: string; readonly shape: Shape; readonly trainable: boolean }[];
}

/** Stands for the number of samples while shapes are worked out. No other length of a network is a multiple of it. */
export const probeBatch = 1_000_003;

export function saveNumber(value: number): SavedNumber {
  return Number.isFinite(value) ? value : (String(value) as SavedNumber);
}

function readNumber(value: SavedNumber, batch: number): number {
  return value === "batch" ? batch : Number(value);
}

class OnnxLayer extends Layer {
  readonly type = "onnx";
  private readonly settings: OnnxLayerOptions;
  private readonly attributes: Attributes;

  constructor(options: OnnxLayerOptions) {
    super(options);
    checkLayerOptions("onnx", options, ["op", "opset", "attributes", "inputs", "outputs", "weights"]);
    checkForm(options);
    this.settings = options;
    const values = Object.entries(options.attributes).map(
      ([name, value]): [string, AttributeValue] =>
        [
          name,
          Array.isArray(value) ? value.map(plain) : (plain(value as SavedNumber | string) as AttributeValue),
        ] as [string, AttributeValue],
    );
    this.attributes = new Attributes(`${this.name} (${options.op})`, new Map(values));
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    const expected = this.settings.inputs.filter((entry) => entry !== null && "input" in entry).length;
    if (inputShapes.length !== expected) {
      throw new OptionError({
        where: this.name,
        expected: `${expected} inputs`,
        received: `${inputShapes.length}`,
      });
    }
    const graph = new Graph();
    const inputs = inputShapes.map((shape, i) => graph.input(`input ${i}`, [probeBatch, ...shape]));
    const shapes = this.write(graph, inputs, (name, shape) => graph.input(`weight ${name}`, shape)).map(
      ({ shape }) => shape,
    );
    if (shapes.every(([batch]) => batch === probeBatch)) return shapes.map((shape) => shape.slice(1));
    throw new OptionError({
      where: this.name,
      expected: "an op that keeps samples apart",
      received: `${this.settings.op} over the axis of the batch`,
    });
  }

  override buildAll(): void {
    for (const { name, shape, trainable } of this.settings.weights)
      this.addWeight(name, shape, initializerOf(this.name, "zeros"), { trainable });
  }

  override call(input: Value): Value {
    return this.callAll([input])[0];
  }

  override callAll(inputs: readonly Value[]): Value[] {
    return this.write(inputs[0].graph, inputs, (name) => this.weight(inputs[0], name));
  }

  private write(
    graph: Graph,
    inputs: readonly Value[],
    weight: (name: string, shape: Shape) => Value,
  ): Value[] {
    const { op, opset, outputs, weights } = this.settings;
    const [batch] = inputs[0].shape;
    const make = asConstant(graph);
    const operands = this.settings.inputs.map((entry): Operand | undefined => {
      if (entry === null) return undefined;
      if ("input" in entry) return Operand.of(inputs[entry.input], entry.type);
      if ("weight" in entry) {
        const shape = weights.find(({ name }) => name === entry.weight)?.shape ?? [];
        return Operand.of(weight(entry.weight, shape), "float");
      }
      const numbers = entry.constant.map((value) => readNumber(value, batch));
      return Operand.known(Constant.of(entry.type, entry.shape, numbers), make);
    });
    const node = {
      op,
      opset,
      outputs,
      graph,
      where: this.attributes.where,
      attributes: this.attributes,
      budget: new Budget(0),
    };
    return writeNode(node, operands, make)
      .slice(0, outputs)
      .map(({ value }) => value);
  }
}

function plain(value: SavedNumber | string): number | string {
  return value === "Infinity" || value === "-Infinity" || value === "NaN" ? Number(value) : value;
}

/** Options may come from a stranger's file. */
function checkForm({ name, op, opset, attributes, inputs, outputs, weights }: OnnxLayerOptions): void {
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  const tensors = Array.isArray(inputs)
    ? inputs.filter((entry) => entry !== null && typeof entry === "object" && "input" in entry).length
    : 0;
  const isShape = (shape: unknown): boolean => Array.isArray(shape) && shape.every(isCount);
  const isInput = (entry: OnnxLayerInput): boolean => {
    if (entry === null) return true;
    if (typeof entry !== "object") return false;
    if ("input" in entry)
      return isCount(entry.input) && entry.input < tensors && codeOf(entry.type) !== undefined;
    if ("weight" in entry) return weights.some((weight) => weight.name === entry.weight);
    const isList = Array.isArray(entry.constant) && isShape(entry.shape);
    return isList && entry.constant.length === sizeOf(entry.shape) && codeOf(entry.type) !== undefined;
  };
  const isWeight = (weight: OnnxLayerOptions["weights"][number]): boolean =>
    typeof weight === "object" && typeof weight?.name === "string" && isShape(weight.shape);
  const isFormed =
    typeof op === "string" &&
    isCount(opset) &&
    isCount(outputs) &&
    typeof attributes === "object" &&
    attributes !== null &&
    Array.isArray(weights) &&
    weights.every(isWeight) &&
    Array.isArray(inputs) &&
    inputs.every(isInput) &&
    tensors > 0;
  if (isFormed) return;
  throw new OptionError({
    where: name ?? "layers.onnx",
    expected: "an op with opset, attributes, inputs, outputs and weights, as a model read from ONNX has them",
    received: JSON.stringify({ op, opset, inputs, outputs })?.slice(0, 120) ?? "nothing",
  });
}

/** A node of an ONNX graph as a layer: [N, …] for each of its inputs → [N, …] for each of its outputs. */
export function onnx(options: OnnxLayerOptions): Layer {
  return new OnnxLayer(options);
}
