/**
 * Weights as Keras 2 keeps them, and `.h5` files of Keras 3 too: a group for each layer with the names of its weights.
 *
 * @see keras/src/legacy/saving/legacy_h5_format.py
 */
import type { State } from "../../graph/graph.ts";
import type { Layer, Weight } from "../../layers/layer.ts";
import type { Network } from "../../models/network.ts";
import { NetworkLayer } from "../../models/network-layer.ts";
import type { Hdf5Group } from "../hdf5/hdf5.ts";
import type { GroupBuilder } from "../hdf5/write-hdf5.ts";
import type { SavedArray } from "../saved-model.ts";
import { legacyWeights, type StoredArray, WeightCollector } from "./layer-weights.ts";
import { refusal } from "./refuse.ts";

/** A list of texts in an attribute, or in several where it is longer than HDF5 lets an attribute be. */
export function readNames(group: Hdf5Group, attribute: string): string[] | undefined {
  const whole = group.attribute(attribute);
  if (whole !== undefined) return namesOf(whole);
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = group.attribute(`${attribute}${i}`);
    if (part === undefined) return i === 0 ? undefined : parts;
    for (const name of namesOf(part)) parts.push(name);
  }
}

function namesOf(value: unknown): string[] {
  return [value].flat().filter((name) => typeof name === "string");
}

interface StoredLayer {
  readonly name: string;
  readonly arrays: readonly StoredArray[];
}

/** Layers that have weights, as the file lists them. */
function storedLayers(where: string, root: Hdf5Group): StoredLayer[] {
  const names = readNames(root, "layer_names");
  if (!names) throw refusal(where, 'weights of Keras, with the attribute "layer_names"', "none");
  return names
    .map((name): StoredLayer => {
      const group = root.group(name);
      if (!group) throw refusal(`${where}, layer "${name}"`, "a group of that name", "none");
      const arrays = (readNames(group, "weight_names") ?? []).map((weight) => {
        const found = group.dataset(weight);
        if (found) return found;
        throw refusal(`${where}, layer "${name}"`, `an array "${weight}"`, "none");
      });
      return { name, arrays };
    })
    .filter(({ arrays }) => arrays.length > 0);
}

/** What wrote the weights: `backend` and `keras_version`. */
function checkWriter(where: string, root: Hdf5Group): { readonly isFlipped: boolean } {
  const version = root.attribute("keras_version");
  if (version === undefined || String(version).startsWith("1.")) {
    throw refusal(
      where,
      "weights of Keras 2 or newer",
      `those of Keras ${String(version ?? "1")}`,
      "Load and save the model with Keras 2 first: shapes and order of weights have changed.",
    );
  }
  return { isFlipped: root.attribute("backend") === "theano" };
}

/**
 * The numbers of all weights: by the names of layers if the file has all of them, else in their order.
 *
 * @param root the group with the attribute `layer_names`
 */
export function readLegacyWeights(where: string, root: Hdf5Group, network: Network): SavedArray[] {
  const { isFlipped } = checkWriter(where, root);
  const stored = storedLayers(where, root);
  const layers = network.layers.filter((layer) => layer.weights.length > 0);
  const byName = new Map(stored.map((layer) => [layer.name, layer]));
  const isNamed = layers.every(({ name }) => byName.has(name));
  if (stored.length !== layers.length) {
    throw refusal(
      where,
      `${layers.length} layers with weights: ${layers.map(({ name }) => name).join(", ")}`,
      `${stored.length}: ${stored
        .map(({ name }) => name)
        .join(", ")
        .slice(0, 400)}`,
    );
  }
  const collector = new WeightCollector(where);
  for (const [i, layer] of layers.entries()) {
    const { arrays } = (isNamed ? byName.get(layer.name) : undefined) ?? stored[i];
    const weights = legacyWeights(layer);
    const kept = layer.type === "normalization" ? arrays.slice(0, weights.length) : arrays;
    collector.addAll(layer.name, weights, isFlipped ? flipped(layer, weights, kept) : kept);
  }
  return collector.arrays(network);
}

/** Theano slides kernels that are turned around: along all axes but the last two. */
function flipped(layer: Layer, weights: readonly Weight[], arrays: readonly StoredArray[]): StoredArray[] {
  const kernels = kernelsOf(layer);
  return arrays.map((array, i) => {
    if (!weights[i] || !kernels.has(weights[i].state)) return array;
    return { shape: array.shape, read: () => turnAround(array) };
  });
}

function kernelsOf(layer: Layer): Set<State> {
  if (layer instanceof NetworkLayer)
    return new Set(layer.network.layers.flatMap((inner) => [...kernelsOf(inner)]));
  const isConvolution = /^conv\dd(Transpose)?$/.test(layer.type);
  return new Set(
    isConvolution ? layer.weights.filter(({ name }) => name === "kernel").map(({ state }) => state) : [],
  );
}

function turnAround(array: StoredArray): Float32Array {
  const data = array.read();
  const [inputs, outputs] = array.shape.slice(-2);
  const matrix = inputs * outputs;
  const taps = data.length / matrix;
  const turned = new Float32Array(data.length);
  for (let tap = 0; tap < taps; tap++)
    turned.set(data.subarray(tap * matrix, (tap + 1) * matrix), (taps - 1 - tap) * matrix);
  return turned;
}

/** Attributes beyond this are split, as h5py refuses them. */
const mostAttributeBytes = 64512;

/** A list of texts as an attribute, or as several. */
export function writeNames(group: GroupBuilder, attribute: string, names: readonly string[]): void {
  const longest = Math.max(0, ...names.map((name) => new TextEncoder().encode(name).length));
  const parts = Math.ceil((longest * names.length) / mostAttributeBytes);
  if (parts <= 1) {
    group.attributes.set(attribute, { kind: "list", texts: names });
    return;
  }
  const perPart = Math.ceil(names.length / parts);
  for (let i = 0; i * perPart < names.length; i++)
    group.attributes.set(`${attribute}${i}`, {
      kind: "list",
      texts: names.slice(i * perPart, (i + 1) * perPart),
    });
}

/** Puts the numbers of all weights where Keras looks for them in `.h5` files. */
export function writeLegacyWeights(
  root: GroupBuilder,
  network: Network,
  weights: readonly SavedArray[],
  version: string,
): void {
  const paths = new Map(network.weights.map(({ path, state }) => [state, path]));
  const dataOf = new Map(weights.map(({ name, data }) => [name, data]));
  const layers = network.layers.filter((layer) => layer.type !== "input" || !network.isChain);
  root.attributes.set("backend", { kind: "text", text: "tensorflow", isBytes: true });
  root.attributes.set("keras_version", { kind: "text", text: version, isBytes: true });
  writeNames(
    root,
    "layer_names",
    layers.map(({ name }) => name),
  );
  for (const layer of layers) {
    const group = root.group(layer.name);
    const list = legacyWeights(layer).map(({ name, state }) => ({
      name: layer instanceof NetworkLayer ? (paths.get(state) ?? name) : `${layer.name}/${name}`,
      state,
    }));
    writeNames(
      group,
      "weight_names",
      list.map(({ name }) => name),
    );
    for (const { name, state } of list) {
      const data = dataOf.get(paths.get(state) ?? "");
      if (data) group.array(name, state.shape, data);
    }
  }
  const top = root.group("top_level_model_weights");
  writeNames(top, "weight_names", []);
}
