import type { Value } from "../../../graph/graph.ts";
import { concatenate } from "../../../graph/ops/concatenate.ts";
import { pad, slice } from "../../../graph/ops/pad.ts";
import { reshape } from "../../../graph/ops/reshape.ts";

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
  /* Rows of `step` elements, of which the first is kept. */
  const end = start + count * step;
  const cut = takeRange(x, axis, start, Math.min(end, x.shape[axis]));
  const whole = padAxis(cut, axis, 0, Math.max(0, end - x.shape[axis]));
  const rows = reshape(whole, [...x.shape.slice(0, axis), count, step, ...x.shape.slice(axis + 1)]);
  const kept = takeRange(rows, axis + 1, 0, 1);
  return reshape(kept, [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)]);
}

/** Elements of one axis by number, in any order. */
export function takeIndices(x: Value, axis: number, indices: readonly number[]): Value {
  const pieces: Value[] = [];
  for (let i = 0; i < indices.length; ) {
    const step = i + 1 < indices.length ? indices[i + 1] - indices[i] : 1;
    let count = 1;
    if (step >= 1)
      while (i + count < indices.length && indices[i + count] === indices[i] + count * step) count++;
    pieces.push(takeEvery(x, axis, indices[i], count, count > 1 ? step : 1));
    i += count;
  }
  const [first, ...others] = pieces;
  return concatenate([first, ...others], { axis });
}
