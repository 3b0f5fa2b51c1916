import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { Graph, type Value } from "../graph/graph.ts";
import type { CallContext } from "../layers/layer.ts";
import type { Network } from "./network.ts";

/** What a layer costs. */
export interface LayerCost {
  readonly name: string;
  readonly type: string;
  /** Of one sample. */
  readonly outputShape: Shape;
  readonly parameters: number;
  readonly trainable: boolean;
  /** Additions and multiplications for one sample, forward, in all its uses. */
  readonly flops: number;
  /** Of the outputs of one sample. */
  readonly activationBytes: number;
  /** Names of the layers it reads. */
  readonly connectedTo: readonly string[];
}

const zeros = (graph: Graph, shape: Shape): Value => graph.constant(0, [1, ...shape]);
const inference: CallContext = {
  training: false,
  uniform: zeros,
  normal: zeros,
  update() {},
  addLoss() {},
};

/** Arithmetic of each layer, with that of the layers inside it. */
function flopsOf(network: Network): ReadonlyMap<string, number> {
  const graph = new Graph();
  const inputs = network.inputShapes.map((shape, i) => graph.input(String(i), [1, ...shape]));
  network.forward(inputs, inference);
  const flops = new Map<string, number>();
  for (const { scope, shape, source } of graph.values) {
    if (source.kind !== "op") continue;
    const [name] = scope.split("/");
    const shapes = source.inputs.map((input) => input.shape);
    flops.set(name, (flops.get(name) ?? 0) + source.op.flops(shapes, shape, source.params as never));
  }
  return flops;
}

/** Shapes, parameters, arithmetic and memory of each layer. */
export function layerCosts(network: Network): LayerCost[] {
  const flops = flopsOf(network);
  return network.layers.map((layer) => {
    const nodes = network.nodes.filter((node) => node.layer === layer);
    const activations = nodes.flatMap(({ shapes }) => shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
    return {
      name: layer.name,
      type: layer.type,
      outputShape: nodes[0].shapes[0],
      parameters: layer.weights.reduce((sum, { state }) => sum + sizeOf(state.shape), 0),
      trainable: layer.trainable,
      flops: flops.get(layer.name) ?? 0,
      activationBytes: activations * 4,
      connectedTo: nodes.flatMap(({ inputs }) => inputs.map(({ node }) => network.nodes[node].layer.name)),
    };
  });
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1.2 MB`: powers of 1,000. */
export function formatBytes(byteLength: number): string {
  return formatScaled(byteLength, ["B", "kB", "MB", "GB"]);
}

/** `3.4 MFLOP`. */
export function formatFlops(flops: number): string {
  return formatScaled(flops, ["FLOP", "kFLOP", "MFLOP", "GFLOP"]);
}

function formatScaled(value: number, units: readonly string[]): string {
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
}

/** Lines up columns; the first is set left, the others right. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd(),
  );
}

/** The table of layers that `model.summary()` prints. */
export function summaryOf(network: Network, notes: readonly string[]): string {
  const costs = layerCosts(network);
  const connections = (cell: string): string[] => (network.isChain ? [] : [cell]);
  const rows = [
    [
      "Layer (type)",
      "Output shape",
      "Parameters",
      "FLOPs/sample",
      "Activations",
      ...connections("Connected to"),
    ],
    ...costs.map((cost) => [
      `${cost.name} (${cost.type})${cost.trainable ? "" : " frozen"}`,
      formatShape([null, ...cost.outputShape]),
      formatCount(cost.parameters),
      formatFlops(cost.flops),
      formatBytes(cost.activationBytes),
      ...connections(cost.connectedTo.join(", ")),
    ]),
  ];
  const lines = formatTable(rows);
  const rule = "─".repeat(Math.max(...lines.map((line) => line.length)));
  const total = (pick: (cost: LayerCost) => number) => costs.reduce((sum, cost) => sum + pick(cost), 0);
  const parameters = network.weights.reduce((sum, { state }) => sum + sizeOf(state.shape), 0);
  const trainable = network.trainableWeights.reduce((sum, { state }) => sum + sizeOf(state.shape), 0);
  return [
    `Input ${network.inputShapes.map((shape) => formatShape([null, ...shape])).join(", ")}`,
    rule,
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `Parameters: ${formatCount(parameters)} (${formatBytes(parameters * 4)})`,
    `Trainable: ${formatCount(trainable)}   frozen: ${formatCount(parameters - trainable)}`,
    `Forward: ${formatFlops(total((cost) => cost.flops))} and ${formatBytes(total((cost) => cost.activationBytes))} of activations a sample`,
    ...notes,
  ].join("\n");
}
