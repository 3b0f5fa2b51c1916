import { UsageError } from "../core/errors.ts";
import { inputLayer } from "../layers/input.ts";
import type { LayerCall, SymbolicTensor } from "../layers/layer.ts";
import { nameLayers } from "./name-layers.ts";
import { Network } from "./network.ts";
import { topologyOf } from "./topology.ts";

/** Tensors by name, or just tensors. */
export type Tensors = SymbolicTensor | readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;

/**
 * The network of whatever lies between inputs and outputs.
 *
 * @throws UsageError or OptionError naming what is not connected, or two layers of one name.
 */
export function networkBetween(inputs: Tensors, outputs: Tensors): Network {
  const from = listed("inputs", inputs);
  const to = listed("outputs", outputs);
  const { starts, ends } = startAt(from.tensors, to.tensors);
  const { calls, layers } = topologyOf(starts, ends);
  const known = new Set(starts.map(({ call }) => call));
  for (const call of calls) {
    if (call.inputs.length > 0 || known.has(call)) continue;
    throw new UsageError({
      where: "model",
      expected: `the input "${call.layer.name}", which an output needs, among inputs`,
      received: starts.map(({ call: { layer } }) => layer.name).join(", "),
    });
  }
  nameLayers("model", layers);
  return new Network({
    isChain: false,
    layers,
    calls,
    inputs: starts,
    outputs: ends,
    inputNames: from.names ?? distinct(starts),
    outputNames: to.names ?? distinct(ends),
  });
}

function isTensor(thing: Tensors): thing is SymbolicTensor {
  return "call" in thing && "index" in thing;
}

function listed(kind: string, given: Tensors): { tensors: SymbolicTensor[]; names?: string[] } {
  if (Array.isArray(given) || isTensor(given)) {
    const tensors = [given].flat() as SymbolicTensor[];
    if (tensors.length > 0) return { tensors };
  } else if (Object.keys(given).length > 0) {
    return { tensors: Object.values(given), names: Object.keys(given) };
  }
  throw new UsageError({ where: "model", expected: `at least one tensor as ${kind}`, received: "none" });
}

/** A model may begin in the middle of another: what layers made there becomes an input. */
function startAt(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): { starts: SymbolicTensor[]; ends: SymbolicTensor[] } {
  const replaced = new Map<SymbolicTensor, SymbolicTensor>();
  for (const tensor of inputs) {
    const { shape, call } = tensor;
    const isInput = call.layer.type === "input";
    replaced.set(
      tensor,
      isInput ? tensor : inputLayer({ shape, name: `${call.layer.name}_input` }).apply([]),
    );
  }
  const calls = new Map<LayerCall, LayerCall>();
  const resolve = (tensor: SymbolicTensor): SymbolicTensor => {
    const known = replaced.get(tensor);
    if (known) return known;
    const call = calls.get(tensor.call) ?? { ...tensor.call, inputs: tensor.call.inputs.map(resolve) };
    calls.set(tensor.call, call);
    const resolved = { ...tensor, call };
    replaced.set(tensor, resolved);
    return resolved;
  };
  const starts = inputs.map((tensor) => replaced.get(tensor) ?? tensor);
  if (starts.every((tensor, i) => tensor === inputs[i])) return { starts, ends: [...outputs] };
  return { starts, ends: outputs.map(resolve) };
}

/** Names of the layers that tensors come from; a number is added to the second of a name. */
function distinct(tensors: readonly SymbolicTensor[]): string[] {
  const counts = new Map<string, number>();
  return tensors.map(({ call: { layer } }) => {
    const count = counts.get(layer.name) ?? 0;
    counts.set(layer.name, count + 1);
    return count === 0 ? layer.name : `${layer.name}_${count}`;
  });
}
