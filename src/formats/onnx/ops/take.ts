import type { Value } from "../../../graph/graph.ts";
import { pad, slice } from "../../../graph/ops/pad.ts";
import { resample } from "../../../graph/ops/resample.ts";

/** Elements from `start` to `end` of one axis. */
export function takeRange(x: Value, axis: number, start: number, end: number): Value {
  if (start === 0 && end === x.shape[axis]) return x;
  return slice(x, {
    start: x.shape.map((_, i) => (i === axis ? start : 0)),
    size: x.shape.map((length, i) => (i === axis ? end - start : length)),
  });
}

/** Zeros, or another number, in front of and behind one axis. */
export function padAxis(x: Value, axis: number, before: number, after: number, value = 0): Value {
  const alone = (count: number) => x.shape.map((_, i) => (i === axis ? count : 0));
  return pad(x, { before: alone(before), after: alone(after), value });
}

/** `count` elements of one axis from `start` on, `step` apart. */
export function takeEvery(x: Value, axis: number, start: number, count: number, step: number): Value {
  if (step === 1) return takeRange(x, axis, start, start + count);
  return takeIndices(
    x,
    axis,
    Array.from({ length: count }, (_, i) => start + i * step),
  );
}

/** Elements of one axis by number, in any order. */
export function takeIndices(x: Value, axis: number, indices: readonly number[]): Value {
  return resample(x, { axis, rows: indices.map((index) => [[index, 1]]) });
}
