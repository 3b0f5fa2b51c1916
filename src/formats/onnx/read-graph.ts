import { FileError } from "../../core/errors.ts";
import { Attributes, type AttributeValue, readAttribute } from "./attributes.ts";
import { type Constant, type DataType, dataTypeOf, readTensor } from "./constant.ts";
import { decode } from "./protobuf.ts";
import type { Message } from "./schema.ts";

/** One op of a graph. Names of inputs that are left out are empty. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  /** File and node, for errors. */
  readonly where: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** An array that the caller provides; an axis whose length is open has a name or nothing. */
export interface OnnxInput {
  readonly name: string;
  readonly type: DataType;
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

/** A graph whose nodes come after what they read. */
export interface OnnxGraph {
  readonly name: string;
  /** Version of the set of ops, which decides what they mean. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

/** Sets of ops whose meaning is known here. */
const oldestOpset = 7;
const newestOpset = 26;

/** More nodes than any network has. */
const mostNodes = 50_000;

/** @throws FileError naming the byte, array or node that is not as it should be. */
export function readGraph(bytes: Uint8Array, where: string): OnnxGraph {
  const model = decode("Model", bytes, where);
  const problem = (expected: string, received: string) => new FileError({ where, expected, received });
  const { graph } = model;
  if (!graph) throw problem("an ONNX model with a graph", "none");
  const opset = opsetOf(model, problem);
  if (model.functions.length > 0) throw problem("ops of ONNX only", "functions of the model's own");
  if (graph.sparseInitializer.length > 0) throw problem("dense arrays", "a sparse initializer");
  if (graph.node.length > mostNodes) throw problem(`at most ${mostNodes} nodes`, String(graph.node.length));
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializer) {
    const name = tensor.name ?? "";
    if (constants.has(name)) throw problem(`one initializer "${name}"`, "two of that name");
    constants.set(name, readTensor(`${where}, initializer "${name}"`, tensor));
  }
  const inputs = graph.input
    .filter(({ name = "" }) => !constants.has(name))
    .map((info) => readInput(where, info));
  const names = new Set([...constants.keys(), ...inputs.map(({ name }) => name)]);
  const nodes = sorted(
    where,
    graph.node.map((node, i) => readNode(where, node, i)),
    names,
  );
  const outputs = graph.output.map(({ name = "" }) => name);
  for (const name of outputs) {
    if (!names.has(name)) throw problem(`something that makes the output "${name}"`, "nothing");
  }
  if (outputs.length === 0) throw problem("at least one output", "none");
  return { name: graph.name ?? "", opset, nodes, constants, inputs, outputs };
}

function opsetOf(
  { opsetImport }: Message<"Model">,
  problem: (expected: string, received: string) => FileError,
): number {
  const own = opsetImport.find(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  const version = own?.version ?? 1;
  if (version >= oldestOpset && version <= newestOpset) return version;
  throw problem(`opset ${oldestOpset} to ${newestOpset}`, `opset ${version}`);
}

function readInput(where: string, { name = "", type }: Message<"ValueInfo">): OnnxInput {
  const place = `${where}, input "${name}"`;
  const tensor = type?.tensorType;
  if (!tensor) throw new FileError({ where: place, expected: "an array", received: "another type" });
  return {
    name,
    type: dataTypeOf(place, tensor.elemType ?? 0),
    dims: tensor.shape?.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam),
  };
}

function readNode(where: string, node: Message<"Node">, position: number): OnnxNode {
  const { opType: op = "", name = "", domain = "" } = node;
  const place = `${where}, node ${name ? `"${name}"` : position} (${op})`;
  if (domain !== "" && domain !== "ai.onnx")
    throw new FileError({ where: place, expected: "ops of ONNX only", received: `${domain}.${op}` });
  const values = new Map<string, AttributeValue>();
  for (const attribute of node.attribute) {
    const key = attribute.name ?? "";
    values.set(key, readAttribute(`${place}, ${key}`, attribute));
  }
  return {
    op,
    name,
    where: place,
    inputs: node.input,
    outputs: node.output,
    attributes: new Attributes(place, values),
  };
}

/** Puts nodes behind what they read. Adds the names they make to `names`. */
function sorted(where: string, nodes: readonly OnnxNode[], names: Set<string>): OnnxNode[] {
  const made = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (made.has(output) || names.has(output))
        throw new FileError({ where: node.where, expected: `a new name`, received: `"${output}" again` });
      made.set(output, node);
    }
  }
  const waitsFor = new Map<OnnxNode, Set<OnnxNode>>();
  const readers = new Map<OnnxNode, Set<OnnxNode>>();
  for (const node of nodes) {
    const before = new Set<OnnxNode>();
    for (const input of node.inputs) {
      if (input === "" || names.has(input)) continue;
      const maker = made.get(input);
      if (!maker) {
        throw new FileError({
          where: node.where,
          expected: "inputs that the graph makes or is given",
          received: `"${input}", which nothing makes`,
        });
      }
      before.add(maker);
      readers.set(maker, (readers.get(maker) ?? new Set()).add(node));
    }
    waitsFor.set(node, before);
  }
  if (isInOrder(nodes, names)) return addNames(nodes, made, names);
  const order = nodes.filter((node) => waitsFor.get(node)?.size === 0);
  for (const node of order) {
    for (const reader of readers.get(node) ?? []) {
      const rest = waitsFor.get(reader);
      rest?.delete(node);
      if (rest?.size === 0) order.push(reader);
    }
  }
  if (order.length < nodes.length) {
    const placed = new Set(order);
    const left = nodes.find((node) => !placed.has(node));
    throw new FileError({ where: left?.where ?? where, expected: "a graph without cycles", received: "one" });
  }
  return addNames(order, made, names);
}

function addNames(order: readonly OnnxNode[], made: ReadonlyMap<string, OnnxNode>, names: Set<string>) {
  for (const name of made.keys()) names.add(name);
  return [...order];
}

function isInOrder(nodes: readonly OnnxNode[], given: ReadonlySet<string>): boolean {
  const known = new Set(given);
  return nodes.every(({ inputs, outputs }) => {
    const isReady = inputs.every((name) => name === "" || known.has(name));
    for (const name of outputs) known.add(name);
    return isReady;
  });
}
