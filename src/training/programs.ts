/** The graphs of a model's programs: train, evaluate, predict, over the same states. */
import { type DType, type Shape, sizeOf } from "../core/shape.ts";
import { gradients } from "../graph/gradients.ts";
import { Graph, isOp, type State, type Value } from "../graph/graph.ts";
import { cast, multiply } from "../graph/ops/elementwise.ts";
import { randomUniform } from "../graph/ops/random-uniform.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { CallContext } from "../layers/layer.ts";
import type { Loss, Prediction } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";

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
  /** Predictions a sample has: what losses and metrics are means over. */
  readonly predictions: number;
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

/** Random numbers for layers: named by the layer and how many it has drawn before. */
function drawing(batch: number, training: boolean, draws: string[]): CallContext {
  return {
    training,
    uniform(graph, shape) {
      const count = draws.filter((name) => name.startsWith(`random/${graph.scope}/`)).length;
      const name = `random/${graph.scope}/${count}`;
      draws.push(name);
      return randomUniform(graph.input(name, [2], "int32"), graph.input("samples", [batch], "int32"), shape);
    },
  };
}

function predictionOf(output: Value): Prediction {
  const isSigmoid =
    isOp(output, "unary") && (output.source.params as { function: string }).function === "sigmoid";
  if (!isSigmoid && !isOp(output, "softmax")) return { output };
  const [value] = output.source.inputs;
  return { output, logits: { value, activation: isSigmoid ? "sigmoid" : "softmax" } };
}

/** Writes loss and metrics; the loss is a mean over the batch, metrics are sums. */
function measure(graph: Graph, { loss, metrics }: Compiled, output: Value, shape: BatchShape): Value {
  const { batch, yType = "float32", labelShape = [] } = shape;
  graph.scope = "loss";
  const labels = graph.input("y", [batch, ...labelShape], yType);
  const y = loss.labels === "values" ? cast(labels) : labels;
  const mean = reduceMean(loss.write(y, predictionOf(output)));
  graph.output("loss", mean);
  for (const metric of metrics) {
    graph.scope = metric.name;
    graph.output(metric.name, reduceSum(metric.write(y, output, loss)));
  }
  graph.scope = "";
  return mean;
}

export function predictGraph(network: Network, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const draws: string[] = [];
  graph.output("output", network.forward(enter(graph, network, shape), drawing(shape.batch, false, draws)));
  return { graph, draws, scalars: [], predictions: 1 };
}

export function evaluateGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const draws: string[] = [];
  const output = network.forward(enter(graph, network, shape), drawing(shape.batch, false, draws));
  measure(graph, compiled, output, shape);
  return { graph, draws, scalars: [], predictions: sizeOf(network.outputShape.slice(0, -1)) };
}

export function trainGraph(network: Network, compiled: Compiled, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const draws: string[] = [];
  const output = network.forward(enter(graph, network, shape), drawing(shape.batch, true, draws));
  const loss = measure(graph, compiled, output, shape);
  const scalars = update(graph, network, compiled, loss);
  return { graph, draws, scalars, predictions: sizeOf(network.outputShape.slice(0, -1)) };
}

/** Writes gradients and the optimizer's updates of all trainable weights. Returns the names of its scalars. */
function update(graph: Graph, network: Network, { optimizer, slots }: Compiled, loss: Value): string[] {
  const scalars = new Set<string>();
  const parameters = network.trainableWeights.map(({ state }) => state);
  const all = gradients(
    loss,
    parameters.map((state) => graph.state(state)),
  );
  for (const [i, state] of parameters.entries()) {
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
    graph.update(state, value);
  }
  graph.scope = "";
  return [...scalars];
}

/** The type of number an array holds. */
export function typeOf(array: Float32Array | Int32Array | Uint8Array): InputType {
  if (array instanceof Uint8Array) return "uint8";
  return array instanceof Int32Array ? "int32" : "float32";
}
