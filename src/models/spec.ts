import { UsageError } from "../core/errors.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Layer } from "../layers/layer.ts";
import type { Network, TensorPlace } from "./network.ts";
import { NetworkLayer } from "./network-layer.ts";

/** A layer as JSON: its type and its options. */
export type LayerSpec = { readonly type: string } & Readonly<Record<string, unknown>>;

/**
 * Which tensors a use of a layer reads: `"conv2d"` is what that layer makes, `"conv2d#1"` what it makes in its second
 * use, `"split#0.1"` the second output of its first.
 */
export type CallSpec = readonly string[] | { readonly inputs: readonly string[]; readonly training: false };

/** An architecture as JSON: a chain of layers, or layers with inputs, outputs and what each of them reads. */
export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
  /** Names of input layers; by name of the input where that is another one. */
  readonly inputs?: readonly string[] | Readonly<Record<string, string>>;
  /** Tensors that come out, likewise. */
  readonly outputs?: readonly string[] | Readonly<Record<string, string>>;
}

/** What makes a layer of its options. */
export type LayerFactory = (options: never) => Layer;

export type LayerFactories = Readonly<Record<string, LayerFactory>>;

/** A network as JSON. @throws UsageError for a layer with options that only code can express. */
export function specOf(network: Network): ModelSpec {
  if (network.isChain) return { layers: network.layers.map((layer) => layerSpec(layer)) };
  const refs = references(network);
  const named = (names: readonly string[], places: readonly TensorPlace[]) =>
    places.every((place, i) => refs.of(place) === names[i])
      ? names
      : Object.fromEntries(places.map((place, i) => [names[i], refs.of(place)]));
  return {
    inputs: named(network.inputNames, network.inputs),
    outputs: named(network.outputNames, network.outputs),
    layers: network.layers.map((layer) => {
      const calls = network.nodes
        .filter((node) => node.layer === layer && node.inputs.length > 0)
        .map(({ inputs, training }): CallSpec => {
          const list = inputs.map(refs.of);
          return training === false ? { inputs: list, training } : list;
        });
      return { ...layerSpec(layer), ...(calls.length > 0 ? { calls } : {}) };
    }),
  };
}

function references({ nodes }: Network): { of(place: TensorPlace): string } {
  return {
    of({ node, index }) {
      const { layer, shapes } = nodes[node];
      const uses = nodes.filter((other) => other.layer === layer);
      const use = uses.indexOf(nodes[node]);
      if (shapes.length > 1) return `${layer.name}#${use}.${index}`;
      return uses.length > 1 ? `${layer.name}#${use}` : layer.name;
    },
  };
}

function layerSpec(layer: Layer): LayerSpec {
  const { type, name, trainable } = layer;
  if (layer instanceof NetworkLayer) {
    return { type, name, ...(trainable ? {} : { trainable }), model: specOf(layer.network) };
  }
  const options = Object.entries({ ...layer.options, name, trainable }).flatMap(([key, value]) => {
    if (value === undefined || (key === "trainable" && value)) return [];
    if (typeof value === "function") {
      throw new UsageError({
        where: layer.name,
        expected: `${key} by name, so that it can be saved`,
        received: "a function",
      });
    }
    return [[key, isNamedChoice(value) ? { name: value.name, ...value.options } : value]];
  });
  return { type, ...Object.fromEntries(options) };
}

/** Initializers, regularizers and the like are saved by name and options. */
function isNamedChoice(value: unknown): value is Pick<Initializer, "name" | "options"> {
  if (typeof value !== "object" || value === null) return false;
  const { name, options } = value as Partial<Initializer>;
  return typeof name === "string" && typeof options === "object";
}
