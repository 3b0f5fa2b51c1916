import { OptionError } from "../core/errors.ts";
import { didYouMean } from "../core/names.ts";
import type { Layer } from "../layers/layer.ts";
import { NetworkLayer } from "./network-layer.ts";

interface FoundLayer {
  readonly path: string;
  readonly layer: Layer;
}

/** All layers with those inside others, which follow the one they are in. */
function allLayers(layers: readonly Layer[], prefix = ""): FoundLayer[] {
  return layers.flatMap((layer) => {
    const path = prefix + layer.name;
    const inner = layer instanceof NetworkLayer ? allLayers(layer.network.layers, `${path}/`) : [];
    return [{ path, layer }, ...inner];
  });
}

function indexOf(all: readonly FoundLayer[], name: string): number {
  const exact = all.findIndex(({ path }) => path === name);
  const index = exact >= 0 ? exact : all.findIndex(({ layer }) => layer.name === name);
  if (index >= 0) return index;
  throw new OptionError({
    where: "layer",
    expected: "the name of a layer",
    received: JSON.stringify(name),
    hint: didYouMean(
      name,
      all.map(({ path }) => path),
    ),
  });
}

/** The layer of that path, or the first of that name. @throws OptionError if there is none. */
export function findLayer(layers: readonly Layer[], name: string): Layer {
  const all = allLayers(layers);
  return all[indexOf(all, name)].layer;
}

/** Freezes what comes before a layer, and nothing else. @throws OptionError if there is no such layer. */
export function freezeUntil(layers: readonly Layer[], name: string): void {
  const all = allLayers(layers);
  const first = indexOf(all, name);
  for (const layer of layers) layer.trainable = true;
  for (const { layer } of all.slice(0, first)) {
    if (!(layer instanceof NetworkLayer)) layer.trainable = false;
  }
}
