import type { Layer, LayerCall, SymbolicTensor } from "../layers/layer.ts";

/** The calls and layers between inputs and outputs, those furthest from the outputs first. */
export interface Topology {
  readonly calls: readonly LayerCall[];
  readonly layers: readonly Layer[];
}

/**
 * Puts calls and layers in Keras's order, in which weights are listed and saved: by depth, the longest way to an output,
 * and for the same depth in the order they are met on the way back from the outputs. A layer that is called several
 * times has the largest depth of its calls.
 *
 * @param inputs stand at the end, with depth 0, if no output depends on them
 */
export function topologyOf(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Topology {
  const finished = new Set<LayerCall>();
  const order = new Map<Layer, number>();
  const visit = (call: LayerCall): void => {
    if (finished.has(call)) return;
    if (!order.has(call.layer)) order.set(call.layer, order.size);
    for (const input of call.inputs) visit(input.call);
    finished.add(call);
  };
  for (const output of outputs) visit(output.call);

  const depthOfCall = new Map<LayerCall, number>();
  const depthOfLayer = new Map<Layer, number>();
  for (const call of [...finished].reverse()) {
    const depth = Math.max(depthOfCall.get(call) ?? 0, depthOfLayer.get(call.layer) ?? 0);
    depthOfCall.set(call, depth);
    depthOfLayer.set(call.layer, depth);
    for (const { call: before } of call.inputs)
      depthOfCall.set(before, Math.max(depth + 1, depthOfCall.get(before) ?? 0));
  }
  for (const { call } of inputs) {
    if (order.has(call.layer)) continue;
    order.set(call.layer, order.size);
    depthOfLayer.set(call.layer, 0);
    depthOfCall.set(call, 0);
  }

  const deepestFirst = <Item>(depths: ReadonlyMap<Item, number>, position: (item: Item) => number): Item[] =>
    [...depths].sort(([a, i], [b, j]) => j - i || position(a) - position(b)).map(([item]) => item);
  const layers = deepestFirst(depthOfLayer, (layer) => order.get(layer) ?? 0);
  const finish = new Map([...finished].map((call, i) => [call, i]));
  const calls = deepestFirst(depthOfCall, (call) => finish.get(call) ?? 0);
  return { calls, layers };
}
