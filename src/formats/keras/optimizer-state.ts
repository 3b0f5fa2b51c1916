import type { SavedChoice } from "../../core/name-table.ts";
import { type Shape, sameShape } from "../../core/shape.ts";
import type { Network } from "../../models/network.ts";
import type { Hdf5Group } from "../hdf5/hdf5.ts";
import type { GroupBuilder } from "../hdf5/write-hdf5.ts";
import type { SavedArray, SavedOptimizer } from "../saved-model.ts";
import type { StoredArray } from "./layer-weights.ts";
import { readNames, writeNames } from "./legacy-weights.ts";

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
      return amsgrad === true ? [["m", "v"], ["vMax"]] : [["m", "v"]];
    case "rmsprop":
      return [
        ["velocity"],
        ...(has(momentum) ? [["momentum"]] : []),
        ...(centered === true ? [["average_gradient"]] : []),
      ];
    case "adagrad":
      return [["accumulator"]];
    case "adadelta":
      return [["accumulated_grad", "accumulated_delta_var"]];
    case "adamax":
      return [["m", "u"]];
    case "ftrl":
      return [["accumulator", "linear"]];
    case "lamb":
      return [["m", "v"]];
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
 * How far an optimizer had come, from its variables: the step, from TensorFlow 2.11 on the learning rate, then all slots.
 *
 * @param alternate slots alternate from weight to weight, as they do since then
 * @returns undefined if they are not those of such an optimizer; it begins anew then
 */
export function readOptimizerState(
  network: Network,
  choice: SavedChoice,
  stored: readonly StoredArray[],
  alternate: boolean,
): SavedOptimizer | undefined {
  const lists = slotLists(choice);
  const isNumber = ({ shape }: StoredArray): boolean => shape.length === 0;
  const hasStep = stored.length > 0 && isNumber(stored[0]);
  if (!lists || !hasStep) return undefined;
  const hasRate = stored.length > 1 && isNumber(stored[1]);
  const rest = stored.slice(hasRate ? 2 : 1);
  const [step] = stored[0].read();
  const rate = hasRate ? stored[1].read()[0] : choice.learningRate;
  if (!(Number.isSafeInteger(step) && step >= 0)) return undefined;
  const head = { step, learningRate: rateOf(rate, choice.learningRate) };
  const names = slotNames(network, lists, alternate);
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

/** The variable has single precision: where it is that of the configuration, the latter is exact. A schedule has none. */
function rateOf(stored: unknown, configured: unknown): number {
  if (typeof configured === "number" && Math.fround(configured) === stored) return configured;
  return typeof stored === "number" && stored > 0 ? stored : Number.NaN;
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
  const iteration = { name: "iteration", shape: [], data: BigInt64Array.of(BigInt(step)) };
  const rate = { name: "learning_rate", shape: [], data: Float32Array.of(learningRate) };
  const head = typeof choice.learningRate === "object" ? [iteration] : [iteration, rate];
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  const found = slotNames(network, lists, true).map((name) => byName.get(name));
  /* Keras makes slots when it first trains, and so does this package. */
  return found.every((slot) => slot !== undefined) ? [...head, ...found] : head;
}

/** Where slots stand that Keras does not have. */
const ownSlots = "optimizer/convnet";

/** Puts an optimizer's variables where Keras looks for them; what it has not, in a group of this package beside them. */
export function writeOptimizerState(
  root: GroupBuilder,
  network: Network,
  choice: SavedChoice,
  optimizer: SavedOptimizer,
): void {
  const arrays = optimizerArrays(network, choice, optimizer);
  const count = arrays.filter(({ shape }) => shape.length > 0).length;
  if (count === optimizer.slots.filter(({ shape }) => shape.length > 0).length && arrays.length > 0) {
    for (const [i, { shape, data }] of arrays.entries()) root.array(`optimizer/vars/${i}`, shape, data);
    return;
  }
  const { step, learningRate, slots } = optimizer;
  const group = root.group(ownSlots);
  group.array("step", [], BigInt64Array.of(BigInt(step)));
  group.array("learning_rate", [], Float32Array.of(learningRate));
  writeNames(
    group,
    "slot_names",
    slots.map(({ name }) => name),
  );
  for (const [i, { shape, data }] of slots.entries()) group.array(String(i), shape, data);
}

/** What `writeOptimizerState` has put in the group of this package; undefined if there is none. */
export function readOwnOptimizerState(root: Hdf5Group, choice: SavedChoice): SavedOptimizer | undefined {
  const group = root.group(ownSlots);
  const [step, rate] = [group?.dataset("step"), group?.dataset("learning_rate")];
  if (!group || !step || !rate) return undefined;
  const slots = (readNames(group, "slot_names") ?? []).flatMap((name, i) => {
    const array = group.dataset(String(i));
    return array ? [{ name, shape: array.shape, data: array.read() }] : [];
  });
  return { step: step.read()[0], learningRate: rateOf(rate.read()[0], choice.learningRate), slots };
}
