/** The graphs of a model's programs: train, evaluate, predict, over the same states. */
import { type DType, type Shape, sizeOf } from "../core/shape.ts";
import { gradients } from "../graph/gradients.ts";
import { Graph, isOp, type State, type Value } from "../graph/graph.ts";
import { add, cast, multiply } from "../graph/ops/elementwise.ts";
import type { Weight } from "../layers/layer.ts";
import type { Loss, Prediction } from "../losses/loss.ts";
import { reduceLoss } from "../losses/reduce-loss.ts";
import type { Metric } from "../metrics/metric.ts";
import { writeMetric } from "../metrics/write-metric.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { ProgramContext } from "./call-context.ts";

export type InputType = DType;

/** How training was set up by `compile`. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** The optimizer's numbers for each parameter, by path. */
  readonly slots: Map<string, State>;
}

/** A graph and the inputs that change with the step. */
export interface ProgramGraph {
  readonly graph: Graph;
  /** Names of the random draws: each takes two words a step. */
  readonly draws: readonly string[];
  /** Names of the optimizer's numbers. */
  readonly scalars: readonly string[];
}

export interface BatchShape {
  readonly batch: number;
  readonly xType: InputType;
  readonly yType?: InputType;
  readonly labelShape?: Shape;
}

/** Bytes are pixels: they enter as value / 255, unless the network begins with a rescaling of its own. */
function enter(graph: Graph, network: Network, { batch, xType }: BatchShape): Value {
  const x = cast(graph.input("x", [batch, ...network.inputShape], xType));
  const first = network.layers.find((layer) => layer.type !== "input");
  return xType === "uint8" && first?.type !== "rescaling" ? multiply(x, 1 / 255) : x;
}

function predictionOf(output: Value): Prediction {
  const isSigmoid =
    isOp(output, "unary") && (output.source.params as { function: string }).function === "sigmoid";
  if (!isSigmoid && !isOp(output, "softmax")) return { output };
  const [value] = output.source.inputs;
  return { output, logits: { value, activation: isSigmoid ? "sigmoid" : "softmax" } };
}

/** Writes the loss of the batch and the totals of the metrics: `accuracy/total`. */
function measure(
  graph: Graph,
  network: Network,
  { loss, metrics }: Compiled,
  output: Value,
  shape: BatchShape,
  context: ProgramContext,
): Value {
  const { batch, yType = "float32", labelShape = [] } = shape;
  graph.scope = "loss";
  const labels = graph.input("y", [batch, ...labelShape], yType);
  const y = loss.labels === "values" ? cast(labels) : labels;
  const prices = network.trainableWeights.flatMap(({ state, regularizer }) =>
    regularizer ? [regularizer.write(graph.state(state))] : [],
  );
  const total = [...prices, ...context.losses].reduce(add, reduceLoss(loss, y, predictionOf(output)));
  graph.output("loss", total);
  for (const metric of metrics) {
    graph.scope = metric.name;
    const totals = writeMetric(metric, y, output, { loss, weights: undefined });
    for (const [name, value] of Object.entries(totals)) graph.output(`${metric.name}/${name}`, value);
  }
  graph.scope = "";
  return total;
}

export function predictGraph(network: Network, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  graph.output("output", network.forward(enter(graph, network, shape), context));
  return { graph, draws: context.draws, scalars: [] };
}

export function evaluateGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  const output = network.forward(enter(graph, network, shape), context);
  measure(graph, network, compiled, output, shape, context);
  return { graph, draws: context.draws, scalars: [] };
}

export function trainGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, true);
  const output = network.forward(enter(graph, network, shape), context);
  const loss = measure(graph, network, compiled, output, shape, context);
  const scalars = update(graph, network.trainableWeights, compiled, loss);
  for (const [state, value] of context.updates) graph.update(state, value);
  return { graph, draws: context.draws, scalars };
}

/** Writes gradients and the optimizer's updates of all trainable weights. Returns the names of its scalars. */
function update(
  graph: Graph,
  weights: readonly Weight[],
  { optimizer, slots }: Compiled,
  loss: Value,
): string[] {
  const scalars = new Set<string>();
  const all = gradients(
    loss,
    weights.map(({ state }) => graph.state(state)),
  );
  for (const [i, { state, constraint }] of weights.entries()) {
    graph.scope = state.path;
    const slotOf = (name: string): State => {
      const path = `${optimizer.name}/${state.path}/${name}`;
      const known = slots.get(path);
      if (known) return known;
      const made: State = {
        path,
        shape: state.shape,
        initialize: () => new Float32Array(sizeOf(state.shape)),
      };
      slots.set(path, made);
      return made;
    };
    const value = optimizer.write({
      parameter: graph.state(state),
      gradient: all[i],
      slot: (name) => graph.state(slotOf(name)),
      keep: (name, kept) => graph.update(slotOf(name), kept),
      scalar(name) {
        scalars.add(name);
        return graph.input(`optimizer/${name}`, []);
      },
    });
    graph.update(state, constraint ? constraint.write(value) : value);
  }
  graph.scope = "";
  return [...scalars];
}

/** The type of number an array holds. */
export function typeOf(array: Float32Array | Int32Array | Uint8Array): InputType {
  if (array instanceof Uint8Array) return "uint8";
  return array instanceof Int32Array ? "int32" : "float32";
}
