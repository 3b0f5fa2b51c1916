/**
 * Weights as Keras 3 keeps them: an HDF5 group for each layer, called after its class and not its name, with its weights
 * as `vars/0`, `vars/1`, …
 *
 * @see keras/src/saving/saving_lib.py, _save_state and _save_container_state
 */
import type { Layer } from "../../layers/layer.ts";
import type { Network } from "../../models/network.ts";
import { NetworkLayer } from "../../models/network-layer.ts";
import type { Hdf5Group } from "../hdf5/hdf5.ts";
import type { GroupBuilder } from "../hdf5/write-hdf5.ts";
import type { SavedArray } from "../saved-model.ts";
import { storedName } from "./classes.ts";
import { orderedWeights, type StoredArray, WeightCollector } from "./layer-weights.ts";
import { refusal } from "./refuse.ts";

/** The arrays `vars/0`, `vars/1`, … of a group. */
export function storedVars(group: Hdf5Group | undefined): StoredArray[] {
  const vars = group?.group("vars");
  const list: StoredArray[] = [];
  for (;;) {
    const next = vars?.dataset(String(list.length));
    if (!next) return list;
    list.push(next);
  }
}

function storedNameOf(layer: Layer): string {
  return storedName(layer.type, layer instanceof NetworkLayer && layer.network.isChain);
}

/** Layers with the names of their groups: the second of a class is `conv2d_1`. */
function numbered(layers: readonly Layer[]): { layer: Layer; name: string }[] {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    const name = storedNameOf(layer);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return { layer, name: count === 0 ? name : `${name}_${count}` };
  });
}

/**
 * TensorFlow 2.12 and 2.13 count layers with weights twice, so that numbers have gaps: there the n-th group of a class
 * that holds something is that of its n-th layer with weights.
 */
function byRank(layers: readonly Layer[], groups: Hdf5Group): { layer: Layer; name: string }[] {
  const holding = groups.names.filter((name) => {
    const group = groups.group(name);
    return storedVars(group).length > 0 || group?.names.some((inner) => inner !== "vars");
  });
  const places = new Map<string, string[]>();
  for (const name of holding) {
    const base = name.replace(/_\d+$/, "");
    places.set(base, [...(places.get(base) ?? []), name]);
  }
  const numberOf = (name: string): number => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
  for (const names of places.values()) names.sort((a, b) => numberOf(a) - numberOf(b));
  return layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => ({ layer, name: places.get(storedNameOf(layer))?.shift() ?? storedNameOf(layer) }));
}

/**
 * The numbers of all weights.
 *
 * @param order layers of a network in the order of its file, which decides which of a class is which
 */
export function readWeightsFile(
  where: string,
  root: Hdf5Group,
  network: Network,
  order: (network: Network) => readonly Layer[] = ({ layers }) => layers,
): SavedArray[] {
  const collector = new WeightCollector(where);
  const readLayers = (group: Hdf5Group | undefined, path: string, inner: Network): void => {
    const list = group?.group("layers");
    const older = list ? undefined : group?.group("_layer_checkpoint_dependencies");
    const places = older ? byRank(order(inner), older) : numbered(order(inner));
    for (const { layer, name } of places) {
      const place = (list ?? older)?.group(name);
      if (layer instanceof NetworkLayer) {
        readLayers(place, `${path}${layer.name}/`, layer.network);
        continue;
      }
      const weights = orderedWeights(layer);
      const stored = storedVars(place);
      /* A layer that stands in several models is written where it comes first. */
      if (stored.length === 0 && weights.every((weight) => collector.has(weight))) continue;
      collector.addAll(`${path}${layer.name}`, weights, withoutCount(layer, weights.length, stored));
    }
  };
  if (!root.group("layers") && !root.group("_layer_checkpoint_dependencies") && network.weights.length > 0) {
    throw refusal(
      where,
      'weights of Keras, in a group "layers"',
      root.names.slice(0, 8).join(", ") || "nothing",
    );
  }
  readLayers(root, "", network);
  return collector.arrays(network);
}

/** Keras 2 keeps how many samples `Normalization` has seen; its third weight decides nothing. */
function withoutCount(layer: Layer, count: number, stored: StoredArray[]): StoredArray[] {
  const isCounted = layer.type === "normalization" && stored.length === 3 && count === 2;
  return isCounted ? stored.slice(0, 2) : stored;
}

/** Puts the numbers of all weights where Keras 3 looks for them. */
export function writeWeightsFile(root: GroupBuilder, network: Network, weights: readonly SavedArray[]): void {
  const dataOf = new Map(weights.map(({ name, data }) => [name, data]));
  const stateData = new Map(network.weights.map(({ path, state }) => [state, dataOf.get(path)]));
  const writeLayers = (group: GroupBuilder, inner: Network): void => {
    const list = group.group("layers");
    for (const { layer, name } of numbered(inner.layers)) {
      if (layer.type === "input" && inner.isChain) continue;
      const place = list.group(name);
      const vars = place.group("vars");
      vars.attributes.set("name", { kind: "text", text: layer.name });
      if (layer instanceof NetworkLayer) {
        writeLayers(place, layer.network);
        continue;
      }
      for (const [i, { state }] of orderedWeights(layer).entries()) {
        const data = stateData.get(state);
        if (data) vars.array(String(i), state.shape, data);
        stateData.delete(state);
      }
    }
  };
  writeLayers(root, network);
  root.group("vars");
}
