import type { Shape } from "../../../core/shape.ts";
import { Graph } from "../../../graph/graph.ts";
import { Budget } from "../budget.ts";
import { type OpCall, Operand } from "../operand.ts";
import { asConstant } from "../write-node.ts";
import type { ImportedNode, ModelBuilder, Tensor } from "./model-builder.ts";

/** Makes layers of a node; undefined if the layers of this package cannot say what it does. */
export type Translator = (imported: ImportedNode, builder: ModelBuilder) => readonly Tensor[] | undefined;

/** A node as the readers of attributes see it. */
export function callOf({ node, operands, opset }: ImportedNode): OpCall {
  const graph = new Graph();
  const make = asConstant(graph);
  const { op, where, attributes } = node;
  return {
    op,
    where,
    opset,
    graph,
    inputs: operands,
    outputs: 1,
    attributes,
    budget: new Budget(0),
    constant: (content) => Operand.known(content, make),
  };
}

/** Without the batch. */
export function sampleShape({ shape }: Pick<Operand, "shape">): Shape {
  return shape.slice(1);
}

/** The names of all inputs that are known; undefined if none is. */
export function initializersOf({ node, operands }: ImportedNode): string[] | undefined {
  const names = node.inputs.filter((_, i) => operands[i]?.constant);
  return names.length > 0 ? names : undefined;
}
