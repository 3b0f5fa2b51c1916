import { UsageError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import { apply, Graph, type Op, type State, type Value } from "../../../graph/graph.ts";
import type { CallContext, Layer } from "../../../layers/layer.ts";
import type { Network } from "../../../models/network.ts";
import { NetworkLayer } from "../../../models/network-layer.ts";
import { probeBatch } from "../onnx-layer.ts";

/** Stands in the graph for what ONNX has an op for: [N, …, C] and four arrays [C] → [N, …, C]. */
export const batchNormalizationOp: Op<{ readonly epsilon: number; readonly momentum: number }> = {
  name: "onnxBatchNormalization",
  shape: ([input]) => input,
  gradient: "it is only written to files",
  flops: () => 0,
};

export interface NetworkGraph {
  readonly graph: Graph;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Paths of layers that do nothing in prediction. */
  readonly dropped: readonly string[];
}

/** What a network predicts, as a graph for a number of samples that no length is a multiple of. */
export function networkGraph(network: Network): NetworkGraph {
  const graph = new Graph();
  const dropped: string[] = [];
  const inputs = network.inputNames.map((name, i) =>
    graph.input(name, [probeBatch, ...network.inputShapes[i]]),
  );
  const outputs = forward(network, inputs, dropped);
  graph.scope = "";
  return { graph, inputs, outputs, dropped: [...new Set(dropped)] };
}

function forward(network: Network, inputs: readonly Value[], dropped: string[]): Value[] {
  const [{ graph }] = inputs;
  const { scope } = graph;
  const values: Value[][] = [];
  for (const [i, { layer, inputs: places }] of network.nodes.entries()) {
    const entrance = network.inputs.findIndex(({ node }) => node === i);
    if (entrance >= 0) {
      values.push([inputs[entrance]]);
      continue;
    }
    graph.scope = scope === "" ? layer.name : `${scope}/${layer.name}`;
    const read = places.map(({ node, index }) => values[node][index]);
    if (layer instanceof NetworkLayer) values.push(forward(layer.network, read, dropped));
    else {
      const made = normalized(layer, read) ?? layer.callAll(read, new PredictionContext(layer));
      if (made[0] === read[0] && drawsInTraining(layer, read)) dropped.push(graph.scope);
      values.push(made);
    }
  }
  graph.scope = scope;
  return network.outputs.map(({ node, index }) => values[node][index]);
}

/** Batch normalization over the last axis, as the op that ONNX has for it. */
function normalized(layer: Layer, [input]: readonly Value[]): Value[] | undefined {
  const { axis = -1, epsilon = 0.001, momentum = 0.99 } = layer.options as Record<string, number | undefined>;
  const last = input.shape.length - 1;
  if (layer.type !== "batchNormalization" || (axis !== -1 && axis !== last)) return undefined;
  const { graph } = input;
  const channels = input.shape[last];
  const weight = (name: string, otherwise: number): Value => {
    const state = layer.weights.find((own) => own.name === name)?.state;
    return state ? graph.state(state) : graph.constant(otherwise, [channels]);
  };
  const arrays = [
    weight("gamma", 1),
    weight("beta", 0),
    weight("moving_mean", 0),
    weight("moving_variance", 1),
  ];
  return [apply(batchNormalizationOp, [input, ...arrays], { epsilon, momentum })];
}

/** Draws cannot be repeated by whoever runs the file. */
class PredictionContext implements CallContext {
  readonly training = false;
  private readonly layer: Layer;

  constructor(layer: Layer) {
    this.layer = layer;
  }

  uniform(): Value {
    throw new UsageError({
      where: this.layer.name,
      expected: "a layer that ONNX can express",
      received: "one that draws random numbers in prediction",
    });
  }

  normal(): Value {
    return this.uniform();
  }

  update(): void {}

  addLoss(): void {}
}

/** Whether a layer draws random numbers while it trains: what it does then is left out. */
function drawsInTraining(layer: Layer, inputs: readonly Value[]): boolean {
  const graph = new Graph();
  let draws = 0;
  const draw = (_: Graph, shape: Shape): Value => graph.input(`draw ${draws++}`, [probeBatch, ...shape]);
  const context: CallContext = {
    training: true,
    uniform: draw,
    normal: draw,
    update: (_graph: Graph, _state: State, _change: (before: Value) => Value) => {},
    addLoss: () => {},
  };
  layer.callAll(
    inputs.map(({ shape }, i) => graph.input(`input ${i}`, shape)),
    context,
  );
  return draws > 0;
}
