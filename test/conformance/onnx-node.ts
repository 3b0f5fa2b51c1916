/** ONNX's own tests: models of one op with inputs and outputs, and whole networks. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConvNetError, loadModel } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { createReference } from "../../src/backends/reference/reference.ts";
import { lower } from "../../src/compiler/lower.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../src/core/shape.ts";
import { Constant, isWhole, readTensor } from "../../src/formats/onnx/constant.ts";
import { Operand } from "../../src/formats/onnx/operand.ts";
import { decode } from "../../src/formats/onnx/protobuf.ts";
import { type OnnxGraph, readGraph } from "../../src/formats/onnx/read-graph.ts";
import { writeGraph } from "../../src/formats/onnx/write-graph.ts";
import { asConstant } from "../../src/formats/onnx/write-node.ts";
import { Graph } from "../../src/graph/graph.ts";
import { cast } from "../../src/graph/ops/elementwise.ts";
import { difference, type Outcome, outcomeOf } from "./outcome.ts";

/** As ONNX's own runner compares. */
const tolerance = { abs: 1e-5, rel: 1e-3 };
const exactly = { abs: 0, rel: 0 };

async function tensorOf(path: string): Promise<Constant> {
  return readTensor(path, decode("Tensor", await readFile(path), path));
}

export async function onnxNode(folder: string): Promise<Outcome[]> {
  const backend = createReference();
  const outcomes: Outcome[] = [];
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith("test_")).sort()) {
    outcomes.push(await outcomeOf("onnx node", name, () => runNode(join(folder, name), backend)));
  }
  return outcomes;
}

async function runNode(folder: string, backend: Backend): Promise<string | undefined> {
  const bytes = await readFile(join(folder, "model.onnx"));
  const graph = readGraph(bytes, folder);
  const data = join(folder, "test_data_set_0");
  const inputs = await Promise.all(graph.inputs.map((_, i) => tensorOf(join(data, `input_${i}.pb`))));
  const expected = await Promise.all(graph.outputs.map((_, i) => tensorOf(join(data, `output_${i}.pb`))));
  const actual = await evaluate(graph, inputs, backend);
  return compare(actual, expected) ?? (await compareModel(bytes, graph, inputs, expected));
}

/** The graph as it stands, on whole arrays; whole numbers say how to compute and must be known. */
async function evaluate(onnx: OnnxGraph, inputs: readonly Constant[], backend: Backend): Promise<Constant[]> {
  const graph = new Graph();
  const make = asConstant(graph);
  const feeds: Record<string, Float32Array> = {};
  const given = onnx.inputs.map(({ name, type }, i): [string, Operand] => {
    if (isWhole(type)) return [name, Operand.known(inputs[i], make)];
    feeds[name] = inputs[i].floats;
    return [name, Operand.of(graph.input(name, inputs[i].shape), type)];
  });
  const results = writeGraph(onnx, new Map(given), { graph, make });
  for (const [name, operand] of results) graph.output(name, cast(operand.value));
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const { outputs } = await executable.run({ steps: 1, inputs: feeds });
  return onnx.outputs.map((name) => {
    const operand = results.get(name);
    return new Constant(operand?.type ?? "float", operand?.shape ?? [], Float32Array.from(outputs[name]));
  });
}

function compare(actual: readonly Constant[], expected: readonly Constant[]): string | undefined {
  for (const [i, { type, shape, data }] of expected.entries()) {
    if (actual[i].type !== type || !sameShape(actual[i].shape, shape))
      return `output ${i}: ${actual[i].type} ${formatShape(actual[i].shape)} instead of ${type} ${formatShape(shape)}`;
    const found = difference(actual[i].data, [...data], isWhole(type) ? exactly : tolerance);
    if (found) return `output ${i}, ${found}`;
  }
  return undefined;
}

/** The same as a model: where a first axis stands for samples, its predictions must agree as well. */
async function compareModel(
  bytes: Uint8Array,
  { inputs, outputs }: OnnxGraph,
  numbers: readonly Constant[],
  expected: readonly Constant[],
): Promise<string | undefined> {
  const model = await loadModel(bytes, { backend: "reference" }).catch((error: unknown) => {
    if (error instanceof ConvNetError) return undefined;
    throw error;
  });
  if (!model) return undefined;
  const x = Object.fromEntries(inputs.map(({ name }, i) => [name, numbers[i].floats]));
  const predicted = await model.predictAll(x);
  await model.dispose();
  const actual = outputs.map(
    (name, i) => new Constant(expected[i].type, predicted[name].shape, predicted[name].data),
  );
  const found = compare(actual, expected);
  return found && `as a model: ${found}`;
}

export async function onnxLight(folder: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".onnx")).sort()) {
    outcomes.push(await outcomeOf("onnx light", file, () => runLight(join(folder, file))));
  }
  return outcomes;
}

/** Weights are all alike, and so are the outputs, whatever comes in. */
async function runLight(path: string): Promise<string | undefined> {
  const expected = await tensorOf(path.replace(/\.onnx$/, "_output_0.pb"));
  const model = await loadModel(path);
  const [[name, shape]] = Object.entries(model.inputShapes) as [string, Shape][];
  const { data, shape: actual } = await model.predict({ [name]: new Float32Array(sizeOf(shape)).fill(1) });
  await model.dispose();
  if (!sameShape(actual, expected.shape))
    return `${formatShape(actual)} instead of ${formatShape(expected.shape)}`;
  return difference(data, [...expected.data], { abs: 0, rel: 1e-3 });
}
