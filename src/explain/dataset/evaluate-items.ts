import { ShapeError, UsageError } from "../../core/errors.ts";
import { checkOptions } from "../../core/names.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { Graph, type Value } from "../../graph/graph.ts";
import { cast, sigmoid } from "../../graph/ops/elementwise.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { sparseCategoricalCrossentropy } from "../../losses/crossentropy.ts";
import type { Loss } from "../../losses/loss.ts";
import type { Network } from "../../models/network.ts";
import { ProgramContext } from "../../training/call-context.ts";
import type { CompiledOutput } from "../../training/compile.ts";
import type { Samples } from "../../training/inputs.ts";
import type { Model } from "../../training/model.ts";
import { type BatchShape, enter } from "../../training/predict-graph.ts";
import { predictionOf } from "../../training/programs.ts";
import { labelsKey } from "../../training/sample-array.ts";
import { type ArrayData, checkSamples, isStream, sliceSamples } from "../../training/samples.ts";
import { largestAt } from "../class-score.ts";
import { runOnce, want } from "../opened-model.ts";
import { requireCount } from "../require.ts";

/** What a model says about every sample of a set. */
export interface ItemResults {
  readonly length: number;
  /** Class numbers: the truth, and what the model says. */
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** Row-major, [N, classes]. */
  readonly probabilities: Float32Array;
  readonly classes: number;
  /** Loss of each sample by itself. */
  readonly losses: Float32Array;
  readonly classNames?: readonly string[];
}

export interface EvaluateItemsOptions {
  /** Samples computed together. Default 64. */
  batchSize?: number;
}

/**
 * Asks a classifier about every sample: what it says, how sure it is, and the loss of each. What `topLosses`,
 * `confusion`, `mostConfused` and `calibration` are made of.
 *
 * The loss is the model's own, or cross-entropy if it is not compiled. A model with one output tells two classes.
 *
 * @param data a data set, or samples `x` and labels `y`
 * @throws ShapeError if the model does not tell one class a sample, UsageError if it has several outputs or the data are a
 * stream.
 * @example
 * const results = await evaluateItems(model, test);
 * console.log(topLosses(results, 8), confusion(results).accuracy);
 */
export async function evaluateItems(
  model: Model,
  data: ArrayData,
  options: EvaluateItemsOptions = {},
): Promise<ItemResults> {
  const where = "evaluateItems";
  checkOptions(where, options, ["batchSize"]);
  const { batchSize = 64 } = options;
  requireCount(where, "batchSize", batchSize);
  if (isStream(data)) {
    throw new UsageError({ where, expected: "samples in memory", received: "a stream of samples" });
  }
  const session = await model.open();
  const { network } = session;
  const outputs = classesOf(network);
  const loss = await lossOf(model);
  const output: CompiledOutput = {
    name: network.outputNames[0],
    loss,
    lossWeight: 1,
    lossKey: undefined,
    metrics: [],
  };
  const samples = await checkSamples(where, network, [output], data);
  const classes = Math.max(2, outputs);
  const probabilities = new Float32Array(samples.length * classes);
  const losses = new Float32Array(samples.length);
  for (let from = 0; from < samples.length; from += batchSize) {
    const part = sliceSamples(samples, from, Math.min(samples.length, from + batchSize));
    const shape = session.batchShape(part, part.length);
    const key = JSON.stringify(["explain", where, loss.name, loss.options, shape]);
    const prepared = await session.prepare(key, () => writeItems(network, output.name, loss, shape), true);
    const numbers = await runOnce(session, prepared, part);
    probabilities.set(spread(numbers(prepared.graph.probabilities), outputs), from * classes);
    losses.set(numbers(prepared.graph.losses), from);
  }
  const rows = (array: Float32Array, n: number): Float32Array =>
    array.subarray(n * classes, (n + 1) * classes);
  return {
    length: samples.length,
    labels: truths(samples, output.name, outputs),
    predicted: Int32Array.from({ length: samples.length }, (_, n) => largestAt(rows(probabilities, n))),
    probabilities,
    classes,
    losses,
    ...("classNames" in data && data.classNames && { classNames: data.classNames }),
  };
}

function classesOf({ outputNames, outputShapes: [shape] }: Network): number {
  if (outputNames.length > 1) {
    throw new UsageError({
      where: "evaluateItems",
      expected: "a model with one output",
      received: outputNames.join(", "),
    });
  }
  if (shape.length === 1) return shape[0];
  throw new ShapeError({
    where: "evaluateItems",
    expected: "a model that tells one class for each sample: [classes]",
    received: formatShape(shape),
  });
}

async function lossOf(model: Model): Promise<Loss> {
  if (model.isCompiled) {
    const [{ loss }] = (await model.requireCompiled("evaluateItems")).outputs;
    if (loss) return loss;
  }
  return sparseCategoricalCrossentropy();
}

function writeItems(network: Network, name: string, loss: Loss, shape: BatchShape) {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  const [output] = network.forward(enter(graph, network, shape), context);
  const { shape: labelShape, dtype } = shape.arrays[labelsKey(name)];
  const labels = graph.input(labelsKey(name), [shape.batch, ...labelShape], dtype);
  const losses = want(loss.write(loss.labels === "values" ? cast(labels) : labels, predictionOf(output)));
  return {
    graph,
    draws: context.draws,
    scalars: [],
    losses,
    probabilities: want(asProbabilities(output, loss)),
  };
}

function asProbabilities(output: Value, { options }: Loss): Value {
  if (options.fromLogits !== true) return output;
  return output.shape[output.shape.length - 1] === 1 ? sigmoid(output) : softmax(output);
}

/** Both classes of a model with one output. */
function spread(numbers: ArrayLike<number>, outputs: number): Float32Array {
  if (outputs > 1) return Float32Array.from(numbers);
  return Float32Array.from({ length: numbers.length * 2 }, (_, i) => {
    const p = numbers[i >> 1];
    return i % 2 === 0 ? 1 - p : p;
  });
}

/** Class numbers, from labels that are class numbers or vectors. */
function truths({ arrays, length }: Samples, name: string, outputs: number): Int32Array {
  const { data, shape } = arrays[labelsKey(name)];
  const size = sizeOf(shape);
  return Int32Array.from({ length }, (_, n) => {
    const row = data.subarray(n * size, (n + 1) * size);
    return size === 1 ? Math.round(row[0]) : outputs > 1 ? largestAt(row) : row[0];
  });
}
