import type { Value } from "../../../graph/graph.ts";
import type { GraphWriter } from "./graph-writer.ts";

/** Writes an op of our graph as nodes of a file. @throws UsageError naming the layer, if ONNX cannot express it. */
export type OpWriter = (writer: GraphWriter, value: Value) => void;

export function inputsOf({ source }: Value): readonly Value[] {
  return source.kind === "op" ? source.inputs : [];
}

export function paramsOf<Params>({ source }: Value): Params {
  return (source.kind === "op" ? source.params : {}) as Params;
}

export function isOf(value: Value | undefined, op: string): value is Value {
  return value?.source.kind === "op" && value.source.op.name === op;
}
