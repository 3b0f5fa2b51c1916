import type { Constraint } from "../constraints/constraint.ts";
import { DataError, OptionError } from "../core/errors.ts";
import { checkOptions, didYouMean } from "../core/names.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { State } from "../graph/graph.ts";
import { select } from "../graph/ops/elementwise.ts";
import type { Layer } from "../layers/layer.ts";
import type { NetworkWeight } from "../models/network.ts";
import { NetworkLayer } from "../models/network-layer.ts";
import type { Model } from "../training/model.ts";
import { positionOf } from "./arithmetic/places.ts";

/** What becomes of some numbers of a weight. */
export interface WeightPatch {
  /** Path of the weight, as in `model.weightShapes`: `"conv2d/kernel"`. */
  weight: string;
  /** All numbers of one output channel or unit, the last axis; of one input channel too, with `channel`. */
  unit?: number;
  /** Input channel, the last axis but one. */
  channel?: number;
  /** One number by its place. Without place, unit and channel: all numbers. */
  place?: readonly number[];
  /** The new numbers: one for all, or one for each, row-major. Default: they stay. */
  value?: number | ArrayLike<number>;
  /** Keep training from changing them. Default false. */
  frozen?: boolean;
}

/**
 * Sets weights by hand, or keeps training from changing them: a single number, a kernel, all of a unit. All patches are
 * checked before anything changes.
 *
 * @returns puts the weights back as they were, bit for bit, and lets training change them again
 * @throws OptionError if there is no such weight or place, DataError if the numbers are not as many or not finite.
 * @example
 * const undo = await patch(model, [
 *   { weight: "conv2d/kernel", unit: 0, channel: 0, value: [-1, 0, 1, -2, 0, 2, -1, 0, 1], frozen: true }, // Sobel
 *   { weight: "conv2d/bias", unit: 0, value: 0 },
 * ]);
 * await undo();
 */
export async function patch(model: Model, patches: readonly WeightPatch[]): Promise<() => Promise<void>> {
  const session = await model.open();
  const { network, backend } = session;
  const masks = new Map<State, Float32Array>();
  const before = new Map<State, Float32Array>();
  const after = new Map<State, Float32Array>();
  for (const one of patches) {
    checkOptions("patch", one, ["weight", "unit", "channel", "place", "value", "frozen"]);
    const weight = network.weights.find(({ path }) => path === one.weight);
    if (!weight) {
      throw new OptionError({
        where: "patch",
        expected: "the path of a weight",
        received: JSON.stringify(one.weight) ?? "none",
        hint: didYouMean(
          String(one.weight),
          network.weights.map(({ path }) => path),
        ),
      });
    }
    const kept = before.get(weight.state) ?? (await backend.readState(weight.state));
    before.set(weight.state, kept);
    const numbers = after.get(weight.state) ?? kept.slice();
    after.set(weight.state, numbers);
    const positions = positionsOf(weight, one);
    const values = one.value === undefined ? undefined : valuesOf(weight, one.value, positions.length);
    for (const [i, position] of positions.entries()) if (values) numbers[position] = values[i];
    if (!one.frozen) continue;
    const mask = masks.get(weight.state) ?? new Float32Array(kept.length);
    masks.set(weight.state, mask);
    for (const position of positions) mask[position] = 1;
  }
  const thaw = [...masks].map(([state, mask]) => freeze(network.layers, state, mask));
  if (thaw.length > 0) await session.clear();
  for (const [state, numbers] of after) await backend.writeState(state, numbers);
  return async () => {
    for (const [state, numbers] of before) await backend.writeState(state, numbers);
    for (const undo of thaw) undo();
    if (thaw.length > 0) await session.clear();
  };
}

/**
 * Keeps training from changing some numbers of a weight: an update puts them back.
 *
 * @param mask 1 for numbers that stay
 * @returns undoes it
 */
function freeze(layers: readonly Layer[], state: State, mask: Float32Array): () => void {
  const replaced: (() => void)[] = [];
  const visit = (list: readonly Layer[]): void => {
    for (const layer of list) {
      if (layer instanceof NetworkLayer) visit(layer.network.layers);
      layer.constrain(state, (constraint) => {
        replaced.push(() => layer.constrain(state, () => constraint));
        return frozen(state, mask, constraint);
      });
    }
  };
  visit(layers);
  return () => {
    for (const undo of replaced) undo();
  };
}

function frozen(state: State, mask: Float32Array, further: Constraint | undefined): Constraint {
  return {
    name: "frozen",
    options: {},
    write(value) {
      const { graph } = value;
      const moved = further ? further.write(value) : value;
      return select(graph.constant(mask, state.shape), graph.state(state), moved);
    },
  };
}

/** Positions of the numbers that a patch changes, row-major. */
function positionsOf(
  { path, state: { shape } }: NetworkWeight,
  { unit, channel, place }: WeightPatch,
): number[] {
  const isAt = (at: number | undefined, length: number | undefined): boolean =>
    at === undefined || (length !== undefined && Number.isInteger(at) && at >= 0 && at < length);
  const fits =
    isAt(unit, shape.at(-1)) &&
    isAt(channel, shape.at(-2)) &&
    (place === undefined ||
      (unit === undefined &&
        channel === undefined &&
        place.length === shape.length &&
        place.every((at, axis) => isAt(at, shape[axis]))));
  if (!fits) {
    throw new OptionError({
      where: "patch",
      expected: `a place, or unit and channel, inside ${path}, ${formatShape(shape)}`,
      received: JSON.stringify({ unit, channel, place }),
    });
  }
  if (place) return [positionOf(shape, place)];
  const units = shape.at(-1) ?? 1;
  const channels = shape.at(-2) ?? 1;
  return Array.from({ length: sizeOf(shape) }, (_, i) => i).filter(
    (i) =>
      (unit === undefined || i % units === unit) &&
      (channel === undefined || Math.floor(i / units) % channels === channel),
  );
}

function valuesOf(
  { path }: NetworkWeight,
  value: number | ArrayLike<number>,
  count: number,
): ArrayLike<number> {
  const values = typeof value === "number" ? new Array<number>(count).fill(value) : value;
  if (values.length === count && Array.from(values).every((one) => Number.isFinite(one))) return values;
  throw new DataError({
    where: `patch, ${path}`,
    expected: `one finite number, or ${count}`,
    received:
      typeof value === "number"
        ? String(value)
        : `${values.length} numbers: ${Array.from(values).slice(0, 4).join(", ")}`,
  });
}
