import { ConvNetError, FileError } from "../../core/errors.ts";
import { didYouMean } from "../../core/names.ts";
import { sizeOf } from "../../core/shape.ts";
import { Graph, type Value } from "../../graph/graph.ts";
import { meanings } from "../../graph/meanings/index.ts";
import type { Meaning } from "../../graph/meanings/meaning.ts";
import { Constant, isWhole, type NumberList } from "./constant.ts";
import { type OpCall, type OpDefinition, Operand } from "./operand.ts";
import { onnxOps } from "./ops/index.ts";

/** What is needed to write a node besides its inputs. */
export type NodeToWrite = Omit<OpCall, "inputs" | "constant">;

/** Makes a value of our graph for numbers that are known. */
export type MakeValue = (constant: Constant) => Value;

export const asConstant =
  (graph: Graph): MakeValue =>
  (constant) =>
    graph.constant(constant.floats, constant.shape);

/**
 * Writes one ONNX op as ops of our graph. Where all inputs are known, the results are computed at once.
 *
 * @throws FileError for an op or attribute that is not known, or inputs that do not fit.
 */
export function writeNode(
  node: NodeToWrite,
  inputs: readonly (Operand | undefined)[],
  make: MakeValue,
): readonly Operand[] {
  const { op, where, attributes } = node;
  const definition = onnxOps.get(op);
  if (!definition) {
    throw new FileError({
      where,
      expected: "an op that is known here",
      received: JSON.stringify(op),
      hint: didYouMean(op, [...onnxOps.keys()]),
    });
  }
  attributes.check(definition.attributes ?? []);
  if (op !== "Constant" && !inputs.some((input) => input !== undefined))
    throw new FileError({ where, expected: "at least one input", received: "none" });
  try {
    const isKnown = inputs.every((input) => input === undefined || input.constant !== undefined);
    if (isKnown) return computed(node, definition, inputs, make);
    const constant = (content: Constant) => Operand.known(content, make);
    return [definition.write({ ...node, inputs, constant })].flat();
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    /* Arrays too long to be made are the only other errors that a file can cause. */
    if (!(cause instanceof ConvNetError) && !(cause instanceof RangeError)) throw cause;
    const { expected, received } =
      cause instanceof ConvNetError
        ? cause
        : { expected: "arrays that can be made", received: cause.message };
    throw new FileError({ where, expected, received }, { cause });
  }
}

/** The op's meaning, in float64, on numbers that are known. */
function computed(
  node: NodeToWrite,
  definition: OpDefinition,
  inputs: readonly (Operand | undefined)[],
  make: MakeValue,
): Operand[] {
  const graph = new Graph();
  const known = new Map<Value, Constant>();
  const asInput: MakeValue = (content) => {
    const value = graph.input(`${known.size}`, content.shape);
    known.set(value, content);
    return value;
  };
  const own = inputs.map((input) => input?.constant && Operand.known(input.constant, asInput));
  const constant = (content: Constant) => Operand.known(content, asInput);
  const results = [definition.write({ ...node, graph, inputs: own, constant })].flat();
  return results.map((result) => {
    const { type, shape } = result;
    if (result.constant) return Operand.known(result.constant, make);
    node.budget.compute(
      node.where,
      graph.values.reduce((sum, value) => sum + sizeOf(value.shape), 0),
    );
    const numbers = new Map([...known].map(([value, { data }]) => [value, data]));
    const data = meaningOf(result.value, numbers);
    return Operand.known(new Constant(type, shape, isWhole(type) ? data : Float32Array.from(data)), make);
  });
}

/** What a value is when the numbers of the inputs are those. */
export function meaningOf(wanted: Value, inputs: ReadonlyMap<Value, NumberList>): Float64Array {
  const numbers = new Map<Value, Float64Array>();
  const needed = new Set<Value>([wanted]);
  for (const value of [...wanted.graph.values.slice(0, wanted.id + 1)].reverse()) {
    if (needed.has(value) && value.source.kind === "op")
      for (const input of value.source.inputs) needed.add(input);
  }
  for (const value of wanted.graph.values) {
    const given = inputs.get(value);
    if (needed.has(value)) numbers.set(value, given ? Float64Array.from(given) : evaluate(value, numbers));
  }
  return numbers.get(wanted) ?? new Float64Array();
}

function evaluate({ source, shape }: Value, numbers: ReadonlyMap<Value, Float64Array>): Float64Array {
  if (source.kind === "constant") return Float64Array.from(source.data);
  const output = new Float64Array(sizeOf(shape));
  if (source.kind !== "op") return output;
  const meaning = (meanings as Readonly<Record<string, Meaning<never>>>)[source.op.name];
  meaning({
    inputs: source.inputs.map((input) => numbers.get(input) ?? new Float64Array()),
    output,
    shapes: source.inputs.map((input) => input.shape),
    outputShape: shape,
    params: source.params as never,
  });
  return output;
}
