import { OptionError } from "../core/errors.ts";
import { didYouMean, lookUp } from "../core/names.ts";
import type { Layer, SymbolicTensor } from "../layers/layer.ts";
import { Network } from "./network.ts";
import { networkBetween } from "./network-between.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { LayerFactories, LayerSpec, ModelSpec } from "./spec.ts";

/**
 * A network from JSON, which may come from a stranger: only types of `table` are made, and nothing is evaluated.
 *
 * @param where file the spec came from
 * @throws OptionError naming the layer's number and what is wrong with it.
 */
export function networkOf(where: string, spec: unknown, table: LayerFactories): Network {
  const list = layerList(where, spec);
  const { inputs, outputs } = spec as Partial<ModelSpec>;
  if (inputs === undefined && outputs === undefined) {
    return Network.chain(list.map((entry, i) => layerOf(`${where}, layers[${i}]`, entry, table)));
  }
  return connect(where, list, table, { inputs, outputs });
}

function layerList(where: string, spec: unknown): readonly unknown[] {
  const list = (spec as Partial<ModelSpec> | null)?.layers;
  if (Array.isArray(list) && list.length > 0) return list;
  throw new OptionError({
    where,
    expected: '{ "layers": [{ "type": "conv2d", "filters": 64, … }, …] }',
    received: JSON.stringify(spec)?.slice(0, 80) ?? "nothing",
  });
}

function layerOf(place: string, entry: unknown, table: LayerFactories): Layer {
  if (typeof entry !== "object" || entry === null || typeof (entry as LayerSpec).type !== "string") {
    throw new OptionError({
      where: place,
      expected: 'an object with a "type"',
      received: JSON.stringify(entry)?.slice(0, 80) ?? "nothing",
      hint: didYouMean("", Object.keys(table)),
    });
  }
  const { type, calls: _, ...options } = entry as LayerSpec;
  if (type === "model") {
    const { model, ...others } = options;
    return new NetworkLayer(networkOf(`${place}, model`, model, table), others);
  }
  return lookUp(place, table, type)(options as never);
}

/** Uses of layers in an order in which everything is there before it is read. */
function connect(
  where: string,
  list: readonly unknown[],
  table: LayerFactories,
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
    const layer = layerOf(place, entry, table);
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
function fullReference(ref: string): string {
  const [, name, use = "0", index = "0"] = /^(.*?)(?:#(\d+)(?:\.(\d+))?)?$/s.exec(ref) ?? [];
  return `${name}#${use}.${index}`;
}

function callsOf(place: string, calls: unknown): { inputs: readonly string[]; training?: false }[] {
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
