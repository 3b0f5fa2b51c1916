import type { SavedChoice } from "../../core/name-table.ts";
import { type Shape, sameShape } from "../../core/shape.ts";
import type { Network } from "../../models/network.ts";
import type { GroupBuilder } from "../hdf5/write-hdf5.ts";
import type { SavedArray, SavedOptimizer } from "../saved-model.ts";
import type { StoredArray } from "./layer-weights.ts";

/**
 * What Keras's optimizers keep for each weight, in the order of their variables: the slots of a list alternate from weight
 * to weight, one list follows the other.
 *
 * @see keras/src/optimizers, the methods build
 */
function slotLists({ name, ...options }: SavedChoice): readonly (readonly string[])[] | undefined {
  const { momentum, centered, amsgrad } = options;
  const has = (number: unknown): boolean => typeof number === "number" && number > 0;
  switch (name) {
    case "sgd":
      return has(momentum) ? [["momentum"]] : [];
    case "adam":
    case "adamW":
      return amsgrad === true ? [["m", "v"], ["vHat"]] : [["m", "v"]];
    case "rmsprop":
      return [
        ["velocity"],
        ...(has(momentum) ? [["momentum"]] : []),
        ...(centered === true ? [["averageGradient"]] : []),
      ];
    case "adagrad":
      return [["accumulator"]];
    case "lion":
      return [["momentum"]];
    default:
      return undefined;
  }
}

/** Names of all slots in the order of the variables. @param alternate slots of a list from weight to weight */
function slotNames(network: Network, lists: readonly (readonly string[])[], alternate: boolean): string[] {
  const paths = network.trainableWeights.map(({ path }) => path);
  return lists.flatMap((list) =>
    alternate
      ? paths.flatMap((path) => list.map((slot) => `${path}/${slot}`))
      : list.flatMap((slot) => paths.map((path) => `${path}/${slot}`)),
  );
}

/**
 * How far an optimizer had come, from its variables: the step, from Keras 3 on the learning rate, then all slots.
 *
 * @returns undefined if they are not those of such an optimizer; it begins anew then
 */
export function readOptimizerState(
  network: Network,
  choice: SavedChoice,
  stored: readonly StoredArray[],
): SavedOptimizer | undefined {
  const lists = slotLists(choice);
  const isNumber = ({ shape }: StoredArray): boolean => shape.length === 0;
  const hasStep = stored.length > 0 && isNumber(stored[0]);
  if (!lists || !hasStep) return undefined;
  const hasRate = stored.length > 1 && isNumber(stored[1]);
  const rest = stored.slice(hasRate ? 2 : 1);
  const [step] = stored[0].read();
  const rate = hasRate ? stored[1].read()[0] : choice.learningRate;
  if (!(Number.isSafeInteger(step) && step >= 0 && typeof rate === "number" && rate > 0)) return undefined;
  const head = { step, learningRate: exactRate(rate, choice.learningRate) };
  const names = slotNames(network, lists, hasRate);
  if (rest.length === 0) return { ...head, slots: [] };
  if (rest.length < names.length) return undefined;
  const shapes = new Map(network.trainableWeights.map(({ path, state }) => [path, state.shape]));
  const slots: SavedArray[] = [];
  for (const [i, name] of names.entries()) {
    const shape = shapes.get(name.slice(0, name.lastIndexOf("/"))) ?? [];
    if (!sameShape(rest[i].shape, shape)) return undefined;
    slots.push({ name, shape, data: rest[i].read() });
  }
  return { ...head, slots };
}

/** The variable has single precision: where it is that of the configuration, the latter is exact. */
function exactRate(stored: number, configured: unknown): number {
  return typeof configured === "number" && Math.fround(configured) === stored ? configured : stored;
}

/** A variable of an optimizer, and what it is called in `.h5` files. */
export interface OptimizerArray {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

/** The variables of an optimizer in Keras 3's order; none where Keras has no such optimizer. */
export function optimizerArrays(
  network: Network,
  choice: SavedChoice,
  { step, learningRate, slots }: SavedOptimizer,
): OptimizerArray[] {
  const lists = slotLists(choice);
  if (!lists) return [];
  const head = [
    { name: "iteration", shape: [], data: BigInt64Array.of(BigInt(step)) },
    { name: "learning_rate", shape: [], data: Float32Array.of(learningRate) },
  ];
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  const found = slotNames(network, lists, true).map((name) => byName.get(name));
  /* Keras makes slots when it first trains, and so does this package. */
  return found.every((slot) => slot !== undefined) ? [...head, ...found] : head;
}

export function writeOptimizerState(
  root: GroupBuilder,
  network: Network,
  choice: SavedChoice,
  optimizer: SavedOptimizer,
): void {
  for (const [i, { shape, data }] of optimizerArrays(network, choice, optimizer).entries())
    root.array(`optimizer/vars/${i}`, shape, data);
}
