import type { Shape } from "../../../core/shape.ts";
import { codeOf } from "../constant.ts";
import { encode } from "../protobuf.ts";
import type { MessageToWrite } from "../schema.ts";

/** A whole number, a text or a list of whole numbers; real numbers are marked. */
export type AttributeToWrite =
  | number
  | string
  | readonly number[]
  | { readonly real: number }
  | { readonly array: MessageToWrite<"Tensor"> };

interface NodeToWrite {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeToWrite>>;
}

/** ONNX's version 1.13 and later read these. */
const irVersion = 8;
const leastOpset = 17;

/** Collects nodes and initializers of an ONNX file. */
export class FileBuilder {
  private nodes: NodeToWrite[] = [];
  private readonly initializers = new Map<string, MessageToWrite<"Tensor">>();
  /** Names that are taken, and how often they were wanted. */
  private readonly names = new Map<string, number>();
  private opset = leastOpset;

  /** Ops of this version of the set are needed. */
  require(opset: number): void {
    this.opset = Math.max(this.opset, opset);
  }

  /** The name, or with a number behind it if it is taken. */
  nameOf(wanted: string): string {
    let name = wanted;
    let count = this.names.get(wanted) ?? 0;
    while (this.names.has(name)) name = `${wanted}_${++count}`;
    this.names.set(wanted, count);
    this.names.set(name, this.names.get(name) ?? 0);
    return name;
  }

  /** Adds a node with one output. @param scope path of the layer it belongs to @returns the output's name */
  add(
    scope: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeToWrite>> = {},
  ): string {
    const name = this.nameOf(scope === "" ? op : `${scope}/${op}`);
    this.nodes.push({ op, name, inputs, outputs: [`${name}:0`], attributes });
    return `${name}:0`;
  }

  /** Numbers in float32, or whole numbers in int64. */
  initializer(wanted: string, shape: Shape, data: Float32Array | readonly number[]): string {
    const name = this.nameOf(wanted);
    this.initializers.set(name, { name, ...arrayMessage(shape, data) });
    return name;
  }

  /** Numbers that no training should change: a node, not an initializer. */
  fixed(scope: string, shape: Shape, data: Float32Array): string {
    return this.add(scope, "Constant", [], { value: { array: arrayMessage(shape, data) } });
  }

  wholeNumbers(wanted: string, numbers: readonly number[]): string {
    return this.initializer(wanted, [numbers.length], numbers);
  }

  /** Gives an array its outer name. */
  output(from: string, name: string, isInput: boolean): void {
    const maker = this.nodes.find(({ outputs }) => outputs[0] === from);
    if (isInput || !maker || this.outputs.has(from)) {
      this.nodes.push({
        op: "Identity",
        name: this.nameOf(`${name}/Identity`),
        inputs: [from],
        outputs: [name],
        attributes: {},
      });
      return;
    }
    this.outputs.set(from, name);
  }

  private readonly outputs = new Map<string, string>();

  /** @param inputs and `outputs`: shapes of one sample by name */
  bytes(
    name: string,
    inputs: ReadonlyMap<string, Shape>,
    outputs: ReadonlyMap<string, Shape>,
    notes: Readonly<Record<string, string>>,
  ): Uint8Array<ArrayBuffer> {
    const outer = (inner: string) => this.outputs.get(inner) ?? inner;
    const nodes = this.needed([...outputs.keys()], outer);
    const read = new Set(nodes.flatMap((node) => node.inputs));
    return encode("Model", {
      irVersion: this.opset > leastOpset ? irVersion + 1 : irVersion,
      producerName: "convnet",
      opsetImport: [{ domain: "", version: this.opset }],
      metadataProps: Object.entries(notes).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: nodes.map((node) => ({
          opType: node.op,
          name: node.name,
          input: node.inputs.map(outer),
          output: node.outputs.map(outer),
          attribute: Object.entries(node.attributes).map(([key, value]) => attribute(key, value)),
        })),
        input: [...inputs].map(([key, shape]) => valueInfo(key, shape)),
        output: [...outputs].map(([key, shape]) => valueInfo(key, shape)),
        initializer: [...this.initializers.values()].filter((tensor) => read.has(tensor.name ?? "")),
      },
    });
  }

  /** Nodes that lead to the outputs. */
  private needed(outputs: readonly string[], outer: (name: string) => string): NodeToWrite[] {
    const read = new Set(outputs);
    const kept: NodeToWrite[] = [];
    for (const node of [...this.nodes].reverse()) {
      if (!node.outputs.some((name) => read.has(name) || read.has(outer(name)))) continue;
      kept.push(node);
      for (const input of node.inputs) read.add(input);
    }
    return kept.reverse();
  }
}

function arrayMessage(dims: Shape, data: Float32Array | readonly number[]): MessageToWrite<"Tensor"> {
  const rawData =
    data instanceof Float32Array
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
  return { dims, dataType: codeOf(data instanceof Float32Array ? "float" : "int64"), rawData };
}

function attribute(name: string, value: AttributeToWrite): MessageToWrite<"Attribute"> {
  if (typeof value === "string") return { name, type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: 2, i: value };
  if ("real" in value) return { name, type: 1, f: value.real };
  if ("array" in value) return { name, type: 4, t: value.array };
  return { name, type: 7, ints: value };
}

function valueInfo(name: string, shape: Shape): MessageToWrite<"ValueInfo"> {
  const lengths = shape.map((length) => ({ dimValue: length }));
  return {
    name,
    type: { tensorType: { elemType: codeOf("float"), shape: { dim: [{ dimParam: "batch" }, ...lengths] } } },
  };
}
