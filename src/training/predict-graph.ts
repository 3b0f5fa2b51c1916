import type { DType, Shape } from "../core/shape.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { cast, multiply } from "../graph/ops/elementwise.ts";
import type { Network } from "../models/network.ts";
import { NetworkLayer } from "../models/network-layer.ts";
import { ProgramContext } from "./call-context.ts";
import { inputKey } from "./sample-array.ts";

/** A graph and the inputs that change with the step. */
export interface ProgramGraph {
  readonly graph: Graph;
  /** Names of the random draws: each takes two words a step. */
  readonly draws: readonly string[];
  /** Names of the optimizer's numbers. */
  readonly scalars: readonly string[];
}

/** An array that a program is fed with: shape and type of one sample. */
export interface ArrayType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a program is made for: samples together, and the arrays they consist of: `inputs/image`, `labels/digit`. */
export interface BatchShape {
  readonly batch: number;
  readonly arrays: Readonly<Record<string, ArrayType>>;
}

/** Whether what comes in through an input is rescaled by the network itself. */
export function isRescaled(network: Network, node: number): boolean {
  return network.nodes.some(({ layer, inputs }, itself) => {
    const at = inputs.findIndex((place) => place.node === node);
    if (at < 0) return false;
    if (layer instanceof NetworkLayer) return isRescaled(layer.network, layer.network.inputs[at].node);
    return layer.type === "rescaling" || (layer.keepsRange && isRescaled(network, itself));
  });
}

/** Bytes are pixels: they enter as value / 255, unless the network begins with a rescaling of its own. */
export function enter(graph: Graph, network: Network, { batch, arrays }: BatchShape): Value[] {
  return network.inputNames.map((name, i) => {
    const { shape, dtype } = arrays[inputKey(name)];
    const x = cast(graph.input(inputKey(name), [batch, ...shape], dtype));
    return dtype === "uint8" && !isRescaled(network, network.inputs[i].node) ? multiply(x, 1 / 255) : x;
  });
}

/** What the network says, and nothing about how good it is. */
export function predictGraph(network: Network, shape: BatchShape): ProgramGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  const outputs = network.forward(enter(graph, network, shape), context);
  for (const [i, output] of outputs.entries()) graph.output(network.outputNames[i], output);
  return { graph, draws: context.draws, scalars: [] };
}
