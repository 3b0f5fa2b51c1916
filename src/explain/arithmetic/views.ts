import type { Value } from "../../graph/graph.ts";
import type { PadParams } from "../../graph/ops/pad.ts";
import type { Numbers } from "../opened-model.ts";
import { placeOf, positionOf } from "./places.ts";

/** One number of the graph. */
export interface Element {
  readonly value: Value;
  readonly place: readonly number[];
}

/**
 * Follows a number back through ops that only hand it on, to where it comes from; a plain number if it was filled in.
 *
 * @param isEnd values at which to stop
 */
export function throughViews(
  element: Element,
  numbers: Numbers,
  isEnd: (value: Value) => boolean,
): Element | number {
  let current: Element | number = element;
  while (typeof current !== "number" && !isEnd(current.value)) {
    const before: Element | number | undefined = handedOn(current, numbers);
    if (before === undefined) break;
    current = before;
  }
  return current;
}

/** Where an op that computes nothing took a number from; `undefined` for ops that compute. */
function handedOn({ value, place }: Element, numbers: Numbers): Element | number | undefined {
  if (value.source.kind !== "op") return undefined;
  const { op, inputs, params } = value.source;
  const [input] = inputs;
  switch (op.name) {
    case "reshape":
    case "stopGradient":
    case "hostPoint":
    case "cast":
      return { value: input, place: placeOf(input.shape, positionOf(value.shape, place)) };
    case "broadcastTo":
      return { value: input, place: repeatedPlace(input, place) };
    case "transpose": {
      const { order } = params as { order: readonly number[] };
      return { value: input, place: order.map((_, axis) => place[order.indexOf(axis)]) };
    }
    case "slice": {
      const { start } = params as { start: readonly number[] };
      return { value: input, place: place.map((at, axis) => at + start[axis]) };
    }
    case "pad": {
      const { before, value: filled } = params as PadParams;
      const inside = place.map((at, axis) => at - before[axis]);
      const isInside = inside.every((at, axis) => at >= 0 && at < input.shape[axis]);
      return isInside ? { value: input, place: inside } : filled;
    }
    case "concatenate": {
      const { axis } = params as { axis: number };
      let at = place[axis];
      for (const part of inputs) {
        if (at < part.shape[axis]) {
          return { value: part, place: place.map((index, i) => (i === axis ? at : index)) };
        }
        at -= part.shape[axis];
      }
      return undefined;
    }
    case "gather": {
      const [rows, indices] = inputs;
      const rank = indices.shape.length;
      const row = numbers(indices)[positionOf(indices.shape, place.slice(0, rank))];
      if (!(row >= 0 && row < rows.shape[0])) return 0;
      return { value: rows, place: [row, ...place.slice(rank)] };
    }
    default:
      return undefined;
  }
}

/** The place of an operand that is repeated to the shape of `place`, NumPy's way. */
export function repeatedPlace({ shape }: Value, place: readonly number[]): number[] {
  const own = place.slice(place.length - shape.length);
  return own.map((at, axis) => (shape[axis] === 1 ? 0 : at));
}
