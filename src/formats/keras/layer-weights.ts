import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { State } from "../../graph/graph.ts";
import type { Layer, Weight } from "../../layers/layer.ts";
import type { Network } from "../../models/network.ts";
import { NetworkLayer } from "../../models/network-layer.ts";
import type { SavedArray } from "../saved-model.ts";
import { refusal } from "./refuse.ts";

/** Numbers as they stand in a file. */
export interface StoredArray {
  readonly shape: Shape;
  read(): Float32Array;
}

/** A layer's own weights in Keras's order: those that training changes, then statistics. */
export function orderedWeights(layer: Layer): Weight[] {
  return [
    ...layer.weights.filter(({ trainable }) => trainable),
    ...layer.weights.filter(({ trainable }) => !trainable),
  ];
}

/**
 * All weights of layers in the order of Keras's older files: what training changes now, then all others. In a model inside
 * another, frozen layers stand among the others.
 */
export function legacyWeights(...layers: readonly Layer[]): Weight[] {
  const parts = layers.flatMap(innermost);
  const changes = (part: Layer, weight: Weight): boolean => part.trainable && weight.trainable;
  const list = parts.flatMap((part) => orderedWeights(part).map((weight) => ({ part, weight })));
  return [
    ...list.filter(({ part, weight }) => changes(part, weight)),
    ...list.filter(({ part, weight }) => !changes(part, weight)),
  ].map(({ weight }) => weight);
}

function innermost(layer: Layer): Layer[] {
  return layer instanceof NetworkLayer ? layer.network.layers.flatMap(innermost) : [layer];
}

/** Collects numbers for weights, whatever order they come in. */
export class WeightCollector {
  private readonly where: string;
  private readonly found = new Map<State, Float32Array>();

  constructor(where: string) {
    this.where = where;
  }

  has({ state }: Weight): boolean {
    return this.found.has(state);
  }

  /** @throws FileError if the shapes differ. */
  add(place: string, { name, state }: Weight, stored: StoredArray): void {
    if (!sameShape(stored.shape, state.shape)) {
      throw refusal(
        `${this.where}, weight "${place}/${name}"`,
        formatShape(state.shape),
        formatShape(stored.shape),
      );
    }
    this.found.set(state, stored.read());
  }

  /** Gives a layer's weights their numbers, one by one. @throws FileError if there are more or fewer. */
  addAll(place: string, weights: readonly Weight[], stored: readonly StoredArray[]): void {
    if (weights.length !== stored.length) {
      const names = weights.map(({ name }) => name).join(", ") || "none";
      throw refusal(
        `${this.where}, layer "${place}"`,
        `${weights.length} weights: ${names}`,
        `${stored.length}`,
      );
    }
    for (const [i, weight] of weights.entries()) this.add(place, weight, stored[i]);
  }

  /** All weights of a network under their paths. @throws FileError if one has no numbers. */
  arrays(network: Network): SavedArray[] {
    return network.weights.map(({ path, state }) => {
      const data = this.found.get(state);
      if (data) return { name: path, shape: state.shape, data };
      throw refusal(`${this.where}, weight "${path}"`, formatShape(state.shape), "no such array");
    });
  }
}
