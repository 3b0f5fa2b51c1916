import { type BackendOptions, backendOf } from "../backends/choose-backend.ts";
import type { Executable } from "../backends/contract.ts";
import { lower } from "../compiler/lower.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { cast } from "../graph/ops/elementwise.ts";
import { type ArrayLikeInput, type NumberArray, typedInput } from "./array.ts";

/** Programs that are kept for each function: the latest shapes. */
const mostKept = 8;

type Write = (...values: Value[]) => Value;

const kept = new WeakMap<Write, Map<string, Promise<Executable>>>();

async function prepare(
  write: Write,
  inputs: readonly { shape: readonly number[]; dtype: "float32" | "int32" | "uint8" }[],
  options: BackendOptions,
): Promise<Executable> {
  const backend = await backendOf(options);
  const graph = new Graph();
  const values = inputs.map(({ shape, dtype }, i) => graph.input(`input${i}`, shape, dtype));
  graph.output("output", cast(write(...values)));
  return backend.prepare(await lower(graph, backend.tables));
}

/**
 * Runs ops on arrays: for experiments, where a model would be too much.
 *
 * The program of a function is kept for the shapes it was last used with: hand over the same function again.
 *
 * @param write writes the ops; gets one value for each array. Bytes and integers arrive as such: `ops.cast` them
 * @throws ShapeError if numbers and shapes do not fit.
 * @example
 * const soft = await compute((x) => ops.softmax(x), [[[1, 2, 3]]]);
 * console.log(soft.data); // 0.09, 0.24, 0.67
 */
export async function compute(
  write: Write,
  arrays: readonly ArrayLikeInput[],
  options: BackendOptions = {},
): Promise<NumberArray> {
  const inputs = arrays.map((array, i) => typedInput(`compute, array ${i}`, array));
  const key = JSON.stringify([inputs.map(({ shape, dtype }) => [shape, dtype]), options]);
  const programs = kept.get(write) ?? new Map<string, Promise<Executable>>();
  kept.set(write, programs);
  const program = programs.get(key) ?? prepare(write, inputs, options);
  programs.delete(key);
  programs.set(key, program);
  program.catch(() => programs.delete(key));
  const [oldest] = programs.keys();
  if (programs.size > mostKept) {
    void programs.get(oldest)?.then((executable) => executable.dispose());
    programs.delete(oldest);
  }
  const executable = await program;
  const feeds = Object.fromEntries(inputs.map(({ data }, i) => [`input${i}`, data]));
  const { outputs } = await executable.run({ steps: 1, inputs: feeds });
  return { data: Float32Array.from(outputs.output), shape: executable.program.outputs.output.shape };
}
