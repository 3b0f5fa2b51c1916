import type { NumberArray } from "../arrays/array.ts";
import { sizeOf } from "../core/shape.ts";
import { isOp, type Source, type Value } from "../graph/graph.ts";
import { forEachPoolTap } from "../graph/meanings/max-pool.ts";
import { forEachRepeated } from "../graph/meanings/reduce-sum.ts";
import type { PoolParams } from "../graph/ops/pool-params.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import {
  checkImage,
  type ModelGraph,
  type Numbers,
  ofOneSample,
  prepareDirect,
  runOnce,
  want,
} from "./opened-model.ts";
import { preActivationOf } from "./pre-activation.ts";
import type { LayerUse } from "./write-layers.ts";

/** Numbers of places in an array, row-major. */
export interface PlaceArray {
  readonly data: Int32Array;
  readonly shape: readonly number[];
}

/** What one use of a layer made of an image. */
export interface LayerTrace {
  /** Path of the layer: `encoder/conv2d`; its second use is `conv2d#1`. */
  readonly name: string;
  readonly type: string;
  /** Names of the layers that it reads. */
  readonly reads: readonly string[];
  /** What comes out, without the batch: `[26, 26, 64]`. */
  readonly output: NumberArray;
  /** The other outputs of layers with several. */
  readonly furtherOutputs: readonly NumberArray[];
  /** The weighted sums before the activation; missing for layers without one. */
  readonly preActivation?: NumberArray;
  /** For every number of a max pooling, the place in the layer's input that it came from: the first of equals. */
  readonly argMax?: PlaceArray;
}

/** All that a model computes for one image. */
export interface Trace {
  /** What enters, by name of the input: pixels of bytes are divided by 255. */
  readonly inputs: Readonly<Record<string, NumberArray>>;
  /** In the order of the network. */
  readonly layers: readonly LayerTrace[];
  /** What comes out, by name of the output. */
  readonly outputs: Readonly<Record<string, NumberArray>>;
}

/** The maximum over windows or axes that a layer's output is, if it is one. */
function poolOf({ outputs }: LayerUse): PoolValue | undefined {
  let [value] = outputs;
  while (isOp(value, "reshape")) [value] = value.source.inputs;
  return isOp(value, "maxPool") || isOp(value, "reduceMax") ? value : undefined;
}
export type PoolValue = Value & { readonly source: Extract<Source, { kind: "op" }> };

/** For each output, the place of the input that is largest; the first of equals. */
export function placesOfLargest(pool: PoolValue, image: ArrayLike<number>): Int32Array {
  const { inputs, params } = pool.source;
  const [{ shape }] = inputs;
  const places = new Int32Array(sizeOf(pool.shape)).fill(-1);
  const visit = (from: number, to: number): void => {
    if (places[to] < 0 || image[from] > image[places[to]]) places[to] = from;
  };
  if (isOp(pool, "maxPool")) forEachPoolTap(shape, (params as PoolParams).window, visit);
  else forEachRepeated(shape, pool.shape, visit);
  return places;
}

function writeTrace({ uses, inputs, outputs }: ModelGraph): object {
  for (const value of [...inputs, ...outputs]) want(value);
  for (const use of uses) {
    for (const value of use.outputs) want(value);
    const before = preActivationOf(use);
    if (before) want(before);
    const pool = poolOf(use);
    if (pool) want(pool.source.inputs[0]);
  }
  return {};
}

/**
 * Everything a model computes for one image: what comes out of each layer, the sums before its activation, and which
 * numbers won in a max pooling.
 *
 * The program computes sums directly and fuses nothing, so numbers may differ from `predict` in the last digits.
 *
 * @param image one sample; bytes are pixels
 * @throws DataError if it is not exactly one image.
 * @example
 * const { layers: traced } = await trace(model, test.x.subarray(0, 784));
 * for (const { name, output } of traced) console.log(name, output.shape);
 */
export async function trace(model: Model, image: NamedNumbers): Promise<Trace> {
  const session = await model.open();
  const { network } = session;
  const samples = await checkImage("trace", network, image);
  const prepared = await prepareDirect(session, "trace", session.batchShape(samples, 1), writeTrace);
  const { uses, inputs, outputs } = prepared.graph;
  const numbers = await runOnce(session, prepared, samples);
  const arrayOf = (value: Value): NumberArray => ofOneSample(numbers(value), value);
  const named = (names: readonly string[], values: readonly Value[]) =>
    Object.fromEntries(names.map((name, i) => [name, arrayOf(values[i])]));
  return {
    inputs: named(network.inputNames, inputs),
    outputs: named(network.outputNames, outputs),
    layers: uses.map((use, i) => layerTrace(use, uses.slice(0, i), numbers)),
  };
}

function layerTrace(use: LayerUse, earlier: readonly LayerUse[], numbers: Numbers): LayerTrace {
  const before = preActivationOf(use);
  const pool = poolOf(use);
  const [output, ...furtherOutputs] = use.outputs.map((value) => ofOneSample(numbers(value), value));
  const places = pool && placesOfLargest(pool, numbers(pool.source.inputs[0]));
  return {
    name: use.path,
    type: use.layer.type,
    reads: use.inputs.flatMap((value) => makerOf(value, earlier)?.path ?? []),
    output,
    furtherOutputs,
    ...(before && { preActivation: ofOneSample(numbers(before), before) }),
    ...(places && { argMax: { data: places, shape: output.shape } }),
  };
}

/** The layer that made a value; where it was handed on unchanged, the last to do so. */
export function makerOf(value: Value, earlier: readonly LayerUse[]): LayerUse | undefined {
  return earlier.findLast(({ outputs }) => outputs.includes(value));
}
