/** The graphs of a model's programs: train, evaluate, predict, over the same states. */
import { UsageError } from "../core/errors.ts";
import { Graph, isOp, type Value } from "../graph/graph.ts";
import { add, cast, multiply } from "../graph/ops/elementwise.ts";
import type { Prediction } from "../losses/loss.ts";
import { reduceLoss } from "../losses/reduce-loss.ts";
import { writeMetric } from "../metrics/write-metric.ts";
import type { Network } from "../models/network.ts";
import { ProgramContext } from "./call-context.ts";
import type { Compiled, CompiledOutput } from "./compile.ts";
import { type BatchShape, enter, type ProgramGraph } from "./predict-graph.ts";
import { labelsKey, weightsKey } from "./sample-array.ts";
import { writeUpdates } from "./update-graph.ts";

/** What a loss sees of an output. */
export function predictionOf(output: Value): Prediction {
  const isSigmoid =
    isOp(output, "unary") && (output.source.params as { function: string }).function === "sigmoid";
  if (!isSigmoid && !isOp(output, "softmax")) return { output };
  const [value] = output.source.inputs;
  return { output, logits: { value, activation: isSigmoid ? "sigmoid" : "softmax" } };
}

/** Writes the loss and the metrics of one output. */
function measureOutput(
  graph: Graph,
  { name, loss, lossKey, metrics }: CompiledOutput,
  output: Value,
  { batch, arrays }: BatchShape,
): Value | undefined {
  if (!loss && metrics.length === 0) return undefined;
  graph.scope = lossKey ?? "loss";
  const read = (key: string): Value | undefined => {
    const array = arrays[key];
    return array && graph.input(key, [batch, ...array.shape], array.dtype);
  };
  const labels = read(labelsKey(name)) as Value;
  const y = loss?.labels === "values" ? cast(labels) : labels;
  const weights = read(weightsKey(name));
  const value = loss && reduceLoss(loss, y, predictionOf(output), weights);
  if (value && lossKey) graph.output(lossKey, value);
  for (const { key, metric, isWeighted } of metrics) {
    graph.scope = key;
    const totals = writeMetric(metric, y, output, { loss, weights: isWeighted ? weights : undefined });
    for (const [total, sum] of Object.entries(totals)) graph.output(`${key}/${total}`, sum);
  }
  return value;
}

/** Writes the loss that training lowers, and whatever is reported: `loss`, `digitLoss`, `accuracy/total`. */
export function measure(
  graph: Graph,
  network: Network,
  { outputs }: Compiled,
  values: readonly Value[],
  shape: BatchShape,
  context: ProgramContext,
): Value {
  const losses = outputs.flatMap((output, i) => {
    const value = measureOutput(graph, output, values[i], shape);
    if (!value) return [];
    return [output.lossWeight === 1 ? value : multiply(value, output.lossWeight)];
  });
  graph.scope = "loss";
  const prices = network.trainableWeights.flatMap(({ state, regularizer }) =>
    regularizer ? [regularizer.write(graph.state(state))] : [],
  );
  const [first, ...others] = [...losses, ...prices, ...context.losses];
  if (!first) {
    throw new UsageError({
      where: "compile",
      expected: "a loss, or layers that add to it",
      received: "neither",
    });
  }
  const total = others.reduce(add, first);
  graph.output("loss", total);
  graph.scope = "";
  return total;
}

export function evaluateGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  const outputs = network.forward(enter(graph, network, shape), context);
  measure(graph, network, compiled, outputs, shape, context);
  return { graph, draws: context.draws, scalars: [] };
}

export function trainGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, true);
  const outputs = network.forward(enter(graph, network, shape), context);
  const loss = measure(graph, network, compiled, outputs, shape, context);
  const scalars = writeUpdates(graph, network.trainableWeights, compiled, loss);
  for (const [state, value] of context.updates) graph.update(state, value);
  return { graph, draws: context.draws, scalars };
}
