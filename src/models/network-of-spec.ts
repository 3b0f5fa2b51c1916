import { OptionError } from "../core/errors.ts";
import { findNamed, loadedNamed, namesLoading } from "../core/name-table.ts";
import { didYouMean } from "../core/names.ts";
import type { Layer, SymbolicTensor } from "../layers/layer.ts";
import { layerTable } from "../layers/table.ts";
import { Network } from "./network.ts";
import { networkBetween } from "./network-between.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { LayerFactories, LayerSpec, ModelSpec } from "./spec.ts";

/**
 * A network from JSON, which may come from a stranger: only layers of this package and the caller's own are made, and
 * nothing is evaluated.
 *
 * @param where file the spec came from
 * @param own layers that are not part of this package, by type
 * @throws OptionError naming the layer's number and what is wrong with it.
 */
export async function loadNetwork(where: string, spec: unknown, own: LayerFactories = {}): Promise<Network> {
  askForLayers(where, spec, own);
  await namesLoading();
  return networkOf(where, spec, own);
}

/** Begins to load the layers that a spec names, those of models inside it too. */
function askForLayers(where: string, spec: unknown, own: LayerFactories): void {
  for (const [i, entry] of layerList(where, spec).entries()) {
    const place = `${where}, layers[${i}]`;
    const { type, model } = checkedEntry(place, entry);
    if (type === "model") askForLayers(`${place}, model`, model, own);
    else if (!Object.hasOwn(own, type)) findNamed(place, layerTable, type);
  }
}

function networkOf(where: string, spec: unknown, own: LayerFactories): Network {
  const list = layerList(where, spec);
  const { inputs, outputs } = spec as Partial<ModelSpec>;
  if (inputs === undefined && outputs === undefined) {
    return Network.chain(list.map((entry, i) => layerOf(`${where}, layers[${i}]`, entry, own)));
  }
  return connect(where, list, own, { inputs, outputs });
}

export function layerList(where: string, spec: unknown): readonly unknown[] {
  const list = (spec as Partial<ModelSpec> | null)?.layers;
  if (Array.isArray(list) && list.length > 0) return list;
  throw new OptionError({
    where,
    expected: '{ "layers": [{ "type": "conv2d", "filters": 64, … }, …] }',
    received: JSON.stringify(spec)?.slice(0, 80) ?? "nothing",
  });
}

export function checkedEntry(place: string, entry: unknown): LayerSpec {
  if (typeof (entry as Partial<LayerSpec> | null)?.type === "string") return entry as LayerSpec;
  throw new OptionError({
    where: place,
    expected: 'an object with a "type"',
    received: JSON.stringify(entry)?.slice(0, 80) ?? "nothing",
    hint: didYouMean("", Object.keys(layerTable.common)),
  });
}

function layerOf(place: string, entry: unknown, own: LayerFactories): Layer {
  const { type, calls: _, ...options } = checkedEntry(place, entry);
  if (type === "model") {
    const { model, ...others } = options;
    return new NetworkLayer(networkOf(`${place}, model`, model, own), others);
  }
  const make = Object.hasOwn(own, type) ? own[type] : loadedNamed(place, layerTable, type);
  return make(options as never);
}

/** Uses of layers in an order in which everything is there before it is read. */
function connect(
  where: string,
  list: readonly unknown[],
  own: LayerFactories,
  { inputs, outputs }: { readonly inputs: unknown; readonly outputs: unknown },
): Network {
  const tensors = new Map<string, SymbolicTensor>();
  const waiting: { layer: Layer; use: number; place: string; inputs: readonly string[]; training?: false }[] =
    [];
  const put = (layer: Layer, use: number, made: readonly SymbolicTensor[]): void => {
    for (const [i, tensor] of made.entries()) tensors.set(`${layer.name}#${use}.${i}`, tensor);
  };
  for (const [i, entry] of list.entries()) {
    const place = `${where}, layers[${i}]`;
    const layer = layerOf(place, entry, own);
    const { calls } = entry as { calls?: unknown };
    if (layer.type === "input") put(layer, 0, layer.applyAll([]));
    else
      for (const [use, call] of callsOf(place, calls).entries()) waiting.push({ layer, use, place, ...call });
  }
  const find = (ref: string): SymbolicTensor | undefined => tensors.get(fullReference(ref));
  while (waiting.length > 0) {
    const ready = waiting.findIndex((call) => call.inputs.every(find));
    if (ready < 0) {
      const [{ place, inputs: refs }] = waiting;
      const missing = refs.filter((ref) => !find(ref));
      throw new OptionError({
        where: `${place}, calls`,
        expected: "tensors that the inputs lead to",
        received: missing.join(", "),
        hint: didYouMean(missing[0], list.map(nameOf)),
      });
    }
    const [{ layer, use, inputs: refs, training }] = waiting.splice(ready, 1);
    const read = refs.flatMap((ref) => find(ref) ?? []);
    put(layer, use, layer.applyAll(read, training === false ? { training } : {}));
  }
  const named = (kind: string, refs: unknown) => {
    const tensorOf = (ref: unknown): SymbolicTensor => {
      const found = typeof ref === "string" ? find(ref) : undefined;
      if (found) return found;
      throw new OptionError({
        where: `${where}, ${kind}`,
        expected: "the name of a layer",
        received: JSON.stringify(ref) ?? "nothing",
      });
    };
    if (Array.isArray(refs)) return refs.map(tensorOf);
    if (typeof refs === "object" && refs !== null)
      return Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, tensorOf(ref)]));
    throw new OptionError({ where: `${where}, ${kind}`, expected: "names", received: String(refs) });
  };
  return networkBetween(named("inputs", inputs), named("outputs", outputs));
}

const nameOf = (entry: unknown): string => String((entry as LayerSpec).name);

/** `a` → `a#0.0`, `a#1` → `a#1.0`. */
export function fullReference(ref: string): string {
  const [, name, use = "0", index = "0"] = /^(.*?)(?:#(\d+)(?:\.(\d+))?)?$/s.exec(ref) ?? [];
  return `${name}#${use}.${index}`;
}

export function callsOf(place: string, calls: unknown): { inputs: readonly string[]; training?: false }[] {
  const isList = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((ref) => typeof ref === "string");
  const parsed = (Array.isArray(calls) ? calls : []).map((call: unknown) => {
    if (isList(call)) return { inputs: call };
    const { inputs, training } = (call ?? {}) as { inputs?: unknown; training?: unknown };
    return isList(inputs) && training === false ? { inputs, training: false as const } : undefined;
  });
  const good = parsed.filter((call) => call !== undefined);
  if (good.length > 0 && good.length === parsed.length) return good;
  throw new OptionError({
    where: place,
    expected: 'calls as lists of names, such as [["conv2d", "input"]]',
    received: JSON.stringify(calls) ?? "none",
  });
}
