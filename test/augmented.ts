/** Runs augmentation layers on images, with draws that tests know. */
import { disposeBackends } from "../src/backends/choose-backend.ts";
import type { Backend } from "../src/backends/contract.ts";
import { createReference } from "../src/backends/reference/reference.ts";
import { WasmBackend } from "../src/backends/wasm/wasm.ts";
import { lower } from "../src/compiler/lower.ts";
import { createRandom, threefry, unitInterval } from "../src/core/random.ts";
import { type Shape, sizeOf } from "../src/core/shape.ts";
import { Graph } from "../src/graph/graph.ts";
import type { Layer } from "../src/layers/layer.ts";
import { ProgramContext } from "../src/training/call-context.ts";

export const wasm = new WasmBackend({ threads: 2 });
export const reference = createReference();

export async function disposeAll(): Promise<void> {
  await wasm.dispose();
  await disposeBackends();
}

export const key = (draw: number): [number, number] => [12345 + draw, 678];
/** Element `i` of a draw for a sample: what the layer gets from `context.uniform`. */
export const drawn = (sample: number, i: number, draw = 0): number =>
  unitInterval(threefry(key(draw), i >> 1, sample)[i % 2]);

interface Run {
  readonly numbers?: readonly number[];
  readonly backend?: Backend;
}

/** What a layer makes of images while it trains. */
export async function augmented(
  layer: Layer,
  images: Float32Array,
  shape: Shape,
  { numbers, backend = wasm }: Run = {},
) {
  const batch = images.length / sizeOf(shape);
  const graph = new Graph();
  const context = new ProgramContext(batch, true);
  graph.output("images", layer.call(graph.input("x", [batch, ...shape]), context));
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const samples = Int32Array.from(numbers ?? Array.from({ length: batch }, (_, i) => i));
  const keys = context.draws.map((name, i) => [name, Int32Array.from(key(i))]);
  const inputs = { x: images, ...Object.fromEntries(keys), ...(context.draws.length > 0 ? { samples } : {}) };
  const { outputs } = await executable.run({ steps: 1, inputs });
  executable.dispose();
  return Float32Array.from(outputs.images);
}

export function noise(count: number, shape: Shape, low = 0, high = 1): Float32Array {
  const random = createRandom(3, "noise");
  return Float32Array.from({ length: count * sizeOf(shape) }, () => low + (high - low) * random.uniform());
}
