/** ONNX files made for tests, and what onnxruntime, an implementation by others, makes of them. */
import * as ort from "onnxruntime-web";
import type { Shape } from "../src/core/shape.ts";
import { sizeOf } from "../src/core/shape.ts";
import { codeOf, type DataType } from "../src/formats/onnx/constant.ts";
import { encode } from "../src/formats/onnx/protobuf.ts";
import type { MessageToWrite } from "../src/formats/onnx/schema.ts";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

export type AttributeContent =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | MessageToWrite<"Tensor">;

export interface NodeContent {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  /** Lists are whole numbers if all of them are; a `float` is one even if it is whole. */
  readonly attributes?: Readonly<Record<string, AttributeContent>>;
}

export interface GraphContent {
  readonly opset?: number;
  readonly nodes: readonly NodeContent[];
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  readonly initializers?: readonly MessageToWrite<"Tensor">[];
}

/** An initializer, its numbers in the field that is made for them. */
export function tensor(
  name: string,
  dims: Shape,
  numbers: readonly number[],
  type: DataType = "float",
): MessageToWrite<"Tensor"> {
  const base = { name, dims, dataType: codeOf(type) };
  if (type === "float") return { ...base, floatData: numbers };
  if (type === "double") return { ...base, doubleData: numbers };
  if (type === "int64") return { ...base, int64Data: numbers };
  if (type === "uint64" || type === "uint32") return { ...base, uint64Data: numbers };
  return { ...base, int32Data: numbers };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function attribute(name: string, value: AttributeContent): MessageToWrite<"Attribute"> {
  if (typeof value === "string") return { name, type: 3, s: bytesOf(value) };
  if (typeof value === "number")
    return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
  if (Array.isArray(value))
    return value.every(Number.isInteger) ? { name, type: 7, ints: value } : { name, type: 6, floats: value };
  if ("float" in value) return { name, type: 1, f: value.float };
  return { name, type: 4, t: value as MessageToWrite<"Tensor"> };
}

const valueInfo = (name: string, dims: readonly (number | string)[]): MessageToWrite<"ValueInfo"> => ({
  name,
  type: {
    tensorType: {
      elemType: 1,
      shape: { dim: dims.map((dim) => (typeof dim === "number" ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
});

export function onnxMessage(content: GraphContent): MessageToWrite<"Model"> {
  const { opset = 17, nodes, inputs, outputs, initializers = [] } = content;
  return {
    irVersion: 8,
    producerName: "test",
    opsetImport: [{ domain: "", version: opset }],
    graph: {
      name: "graph",
      node: nodes.map(({ op, inputs, outputs, name = "", domain = "", attributes = {} }) => ({
        opType: op,
        name,
        domain,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      })),
      input: Object.entries(inputs).map(([name, dims]) => valueInfo(name, dims)),
      output: outputs.map((name) => ({ name })),
      initializer: initializers,
    },
  };
}

export function onnxBytes(content: GraphContent): Uint8Array<ArrayBuffer> {
  return encode("Model", onnxMessage(content));
}

export interface RuntimeOutput {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Runs a file with onnxruntime. */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>,
): Promise<Record<string, RuntimeOutput>> {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "disabled" });
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [name, new ort.Tensor("float32", data, shape)]),
    );
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** Numbers from −2 to 2 that are the same every time. */
export function numbersFor(shape: Shape, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647) * 4 - 2;
  });
}
