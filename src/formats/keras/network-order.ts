import type { Layer } from "../../layers/layer.ts";
import type { Network } from "../../models/network.ts";
import { NetworkLayer } from "../../models/network-layer.ts";
import type { LayerSpec, ModelSpec } from "../../models/spec.ts";

/**
 * The layers of a network, and of those inside it, in the order of the specification it was made from: files count layers
 * of a class in it.
 */
export function orderOf(network: Network, spec: ModelSpec): (inner: Network) => readonly Layer[] {
  const orders = new Map<Network, readonly Layer[]>();
  const visit = (inner: Network, entries: readonly LayerSpec[]): void => {
    const byName = new Map(inner.layers.map((layer) => [layer.name, layer]));
    const layers = entries.map(({ name }, i) => byName.get(String(name)) ?? inner.layers[i]);
    orders.set(inner, layers);
    for (const [i, layer] of layers.entries())
      if (layer instanceof NetworkLayer) visit(layer.network, (entries[i].model as ModelSpec).layers);
  };
  visit(network, spec.layers);
  return (inner) => orders.get(inner) ?? inner.layers;
}
