import { isOp, type Value } from "../graph/graph.ts";
import type { LayerUse } from "./write-layers.ts";

/** Ops whose results are weighted sums. */
const sums = ["conv", "convInputGradient", "matMul"];

/**
 * The numbers before a layer's activation: the last weighted sum, with its bias, that all of the output goes through.
 * A layer that only applies a function has its input there. Missing where a layer has no activation.
 */
export function preActivationOf({ layer, inputs, outputs, written }: LayerUse): Value | undefined {
  if (layer.options.activation === undefined || outputs.length !== 1) return undefined;
  const [output] = outputs;
  const isSum = new Set<Value>();
  for (const value of written) if (isWeightedSum(value, isSum)) isSum.add(value);
  if (isSum.size === 0)
    return inputs.length === 1 && dependsOnlyOn(output, inputs[0], inputs) ? inputs[0] : undefined;
  const last = [...isSum].pop() as Value;
  return dependsOnlyOn(output, last, inputs) ? last : undefined;
}

/** A sum, the same under another shape, or a sum and a weight added to it. */
function isWeightedSum(value: Value, known: ReadonlySet<Value>): boolean {
  if (value.source.kind !== "op") return false;
  const { op, inputs, params } = value.source;
  if (sums.includes(op.name)) return true;
  if (isOp(value, "reshape")) return known.has(inputs[0]);
  const isAddition = op.name === "binary" && (params as { function: string }).function === "add";
  return isAddition && known.has(inputs[0]) && inputs[1].source.kind === "state";
}

/** Whether every way from `output` back to the layer's inputs leads through `gate`. */
function dependsOnlyOn(output: Value, gate: Value, inputs: readonly Value[]): boolean {
  const seen = new Set<Value>([gate]);
  const waiting = [output];
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (inputs.includes(value)) return false;
    if (value.source.kind === "op") waiting.push(...value.source.inputs);
  }
  return true;
}
