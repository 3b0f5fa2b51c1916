import { FileError } from "../../core/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { Budget } from "./budget.ts";
import { Operand } from "./operand.ts";
import type { OnnxGraph, OnnxNode } from "./read-graph.ts";
import { type MakeValue, writeNode } from "./write-node.ts";

/** A node while the graph is written: what goes in and what came out. */
export interface WrittenNode {
  readonly node: OnnxNode;
  readonly inputs: readonly (Operand | undefined)[];
  readonly results: readonly Operand[];
}

export interface WriteOptions {
  readonly graph: Graph;
  readonly make: MakeValue;
  /** Changes what goes into a node. */
  readonly prepare?: (
    node: OnnxNode,
    inputs: readonly (Operand | undefined)[],
  ) => readonly (Operand | undefined)[];
  readonly onNode?: (written: WrittenNode) => void;
}

/**
 * Writes a whole ONNX graph as ops of ours, in ONNX's own layout.
 *
 * @param given an operand for each input
 * @returns an operand for each output
 * @throws FileError naming the node that cannot be written.
 */
export function writeGraph(
  onnx: OnnxGraph,
  given: ReadonlyMap<string, Operand>,
  { graph, make, prepare, onNode }: WriteOptions,
): Map<string, Operand> {
  const operands = new Map(given);
  for (const [name, constant] of onnx.constants) operands.set(name, Operand.known(constant, make));
  const budget = new Budget([...onnx.constants.values()].reduce((sum, { size }) => sum + size, 0));
  const read = readNames(onnx);
  for (const node of onnx.nodes) {
    const outputs = node.outputs.reduce((count, name, i) => (read.has(name) ? i + 1 : count), 0);
    if (outputs === 0) continue;
    const found = node.inputs.map((name) => (name === "" ? undefined : operands.get(name)));
    const inputs = prepare ? prepare(node, found) : found;
    const { op, where, attributes } = node;
    const results = writeNode(
      { op, where, attributes, opset: onnx.opset, graph, outputs, budget },
      inputs,
      make,
    );
    if (results.length < outputs)
      throw new FileError({ where, expected: `at most ${results.length} outputs`, received: `${outputs}` });
    for (const [i, result] of results.entries()) if (node.outputs[i]) operands.set(node.outputs[i], result);
    onNode?.({ node, inputs, results });
  }
  return new Map(
    onnx.outputs.flatMap((name) => (operands.has(name) ? [[name, operands.get(name)]] : [])) as [
      string,
      Operand,
    ][],
  );
}

/** Names that lead to the outputs: what makes others is passed over. */
function readNames({ nodes, outputs }: OnnxGraph): Set<string> {
  const read = new Set(outputs);
  for (const node of [...nodes].reverse()) {
    if (node.outputs.some((name) => read.has(name))) for (const name of node.inputs) if (name) read.add(name);
  }
  return read;
}
