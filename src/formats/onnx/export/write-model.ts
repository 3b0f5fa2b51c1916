/** A network as an ONNX file for prediction. */
import type { State } from "../../../graph/graph.ts";
import type { Network } from "../../../models/network.ts";
import type { SavedModel } from "../../saved-model.ts";
import { elementwiseOps } from "./elementwise-ops.ts";
import { FileBuilder } from "./file-builder.ts";
import { GraphWriter } from "./graph-writer.ts";
import { networkGraph } from "./network-graph.ts";
import type { OpWriter } from "./op-writer.ts";
import { shapeOps } from "./shape-ops.ts";
import { windowOps } from "./window-ops.ts";

const opWriters: ReadonlyMap<string, OpWriter> = new Map(
  Object.entries({ ...elementwiseOps, ...shapeOps, ...windowOps }),
);

export interface OnnxFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Paths of layers that do nothing in prediction and are left out. */
  readonly dropped: readonly string[];
}

/**
 * Writes what a network predicts. What goes in and what comes out have the shapes they have here, channels last; inside,
 * axes are reordered where ONNX wants them otherwise.
 *
 * @throws UsageError naming a layer that ONNX cannot express.
 */
export function writeModel({ name, weights = [] }: SavedModel, network: Network): OnnxFile {
  const written = networkGraph(network);
  const { graph, inputs, outputs, dropped } = written;
  const byPath = new Map(weights.map((weight) => [weight.name, weight.data]));
  const states = new Map<State, Float32Array>(
    network.weights.flatMap(({ path, state }) => {
      const data = byPath.get(path);
      return data ? [[state, data] as const] : [];
    }),
  );
  const file = new FileBuilder();
  const writer = new GraphWriter(file, written, states);
  const needed = new Set(outputs);
  for (const value of [...graph.values].reverse())
    if (needed.has(value) && value.source.kind === "op")
      for (const input of value.source.inputs) needed.add(input);
  for (const value of graph.values) {
    if (value.source.kind !== "op" || !needed.has(value) || !writer.isOpen(value) || writer.isReplaced(value))
      continue;
    const write = opWriters.get(value.source.op.name);
    if (!write) throw writer.refuse(value, `the op ${value.source.op.name}`);
    write(writer, value);
  }
  const inputNames = new Map(inputs.map((value, i) => [writer.name(value, "last"), network.inputShapes[i]]));
  const outputNames = new Map(
    outputs.map((value, i) => {
      const outer = file.nameOf(network.outputNames[i]);
      file.output(writer.name(value, "last"), outer, inputs.includes(value));
      return [outer, network.outputShapes[i]];
    }),
  );
  const notes = dropped.length > 0 ? { dropped: dropped.join(", ") } : {};
  return { bytes: file.bytes(name, inputNames, outputNames, notes), dropped };
}
