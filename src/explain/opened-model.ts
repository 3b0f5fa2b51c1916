import type { OutputArray } from "../backends/contract.ts";
import { directTablesOf } from "../backends/direct-tables.ts";
import { DataError, OptionError, UsageError } from "../core/errors.ts";
import { didYouMean } from "../core/names.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { Graph, type Value } from "../graph/graph.ts";
import type { Network } from "../models/network.ts";
import { ProgramContext } from "../training/call-context.ts";
import { checkInputs, type NamedNumbers, type Samples } from "../training/inputs.ts";
import { type BatchShape, enter, isRescaled, type ProgramGraph } from "../training/predict-graph.ts";
import type { Prepared } from "../training/program-runner.ts";
import { inputKey } from "../training/sample-array.ts";
import type { Session } from "../training/session.ts";
import { type LayerUse, type WrittenLayers, writeLayers } from "./write-layers.ts";

/** The graph of a model: what enters, what each layer makes, and what they draw and add to the loss. */
export interface ModelGraph extends ProgramGraph, WrittenLayers {
  readonly inputs: readonly Value[];
  readonly context: ProgramContext;
  readonly scalars: readonly string[];
}

/** Writes a model as in prediction, each layer for itself. */
export function modelGraph(network: Network, shape: BatchShape, graph: Graph): ModelGraph {
  const context = new ProgramContext(shape.batch, false);
  const inputs = enter(graph, network, shape);
  const written = writeLayers(graph, network, inputs, context);
  return { graph, context, inputs, draws: context.draws, scalars: [], ...written };
}

/**
 * Plans a program whose numbers are looked at, once for each key.
 *
 * @param write writes into the graph of the model, and says what it wants out of it
 * @param makeGraph where it is written
 */
export function prepareDirect<Wanted extends object>(
  session: Session,
  key: string,
  shape: BatchShape,
  write: (model: ModelGraph) => Wanted,
  makeGraph: () => Graph = () => new Graph(),
): Promise<Prepared<ModelGraph & Wanted>> {
  const make = () => {
    const model = modelGraph(session.network, shape, makeGraph());
    return { ...model, ...write(model) };
  };
  const name = JSON.stringify(["explain", key, shape]);
  return session.prepare(name, make, false, directTablesOf(session.backend));
}

/** Makes a value an output of its graph; `numbersOf` finds it again. */
export function want(value: Value): Value {
  value.graph.output(outputName(value), value);
  return value;
}

const outputName = ({ id }: Value): string => `value/${id}`;

/** What a run computed, by value. */
export type Numbers = (value: Value) => OutputArray;

/** Runs one step of a program on samples and whatever else it reads. */
export async function runOnce(
  session: Session,
  { executable }: Pick<Prepared, "executable">,
  { arrays }: Samples,
  further: Readonly<Record<string, Float32Array>> = {},
): Promise<Numbers> {
  const feeds = Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data.slice()]));
  const { outputs } = await session.run(executable, { steps: 1, inputs: { ...feeds, ...further } });
  return (value) => outputs[outputName(value)];
}

/** @throws DataError unless it is one sample that fits the model. */
export async function checkImage(where: string, network: Network, image: NamedNumbers): Promise<Samples> {
  const samples = await checkInputs(where, network, image);
  if (samples.length === 1) return samples;
  throw new DataError({ where, expected: "one image", received: `${samples.length}` });
}

/** One image as the numbers that the first layer sees, in float32: bytes are divided by 255 as in prediction. */
export interface EnteredImage {
  readonly data: Float32Array;
  readonly shape: Shape;
  /** Name of the array in programs. */
  readonly key: string;
}

/** @throws UsageError for models with several inputs. */
export async function enterImage(
  where: string,
  network: Network,
  image: NamedNumbers,
): Promise<EnteredImage> {
  if (network.inputs.length > 1) {
    throw new UsageError({
      where,
      expected: "a model with one input",
      received: network.inputNames.join(", "),
      hint: "trace, gradients and featureMaps take models with several.",
    });
  }
  const samples = await checkImage(where, network, image);
  const key = inputKey(network.inputNames[0]);
  const { data, shape } = samples.arrays[key];
  const isScaled = data instanceof Uint8Array && !isRescaled(network, network.inputs[0].node);
  const factor = isScaled ? Math.fround(1 / 255) : 1;
  return { data: Float32Array.from(data, (value) => value * factor), shape, key };
}

/** The use of that path, or the first of a layer of that name. @throws OptionError if there is none. */
export function findUse(where: string, uses: readonly LayerUse[], name: string): LayerUse {
  const found = uses.find(({ path }) => path === name) ?? uses.find(({ layer }) => layer.name === name);
  if (found) return found;
  throw new OptionError({
    where,
    expected: "the name of a layer",
    received: JSON.stringify(name),
    hint: didYouMean(
      name,
      uses.map(({ path }) => path),
    ),
  });
}

/** Numbers of a batch of one, without the batch. */
export function ofOneSample(array: OutputArray, { shape }: Value): { data: Float32Array; shape: Shape } {
  return { data: Float32Array.from(array), shape: shape.slice(1) };
}

/** Samples of one array name, for programs that are fed float32. */
export function samplesOf({ key, shape }: EnteredImage, batch: Float32Array): Samples {
  return { arrays: { [key]: { data: batch, shape } }, length: batch.length / sizeOf(shape), first: 0 };
}
