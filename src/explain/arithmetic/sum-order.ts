/**
 * The order in which the engine adds numbers up, where it is not simply one after the other. Float64 takes them in
 * order; wasm, whose vectors hold four numbers, keeps one sum for each lane (see backends/wasm/kernels/reduce.ts).
 */
import type { Shape } from "../../core/shape.ts";
import type { Rounding } from "./rounding.ts";

/** Numbers from which rows are added up in four vectors that take turns. */
const longRow = 16;

/** ((0 + 1) + (2 + 3)) of four lanes. */
function acrossLanes(lanes: ArrayLike<number>, round: Rounding): number {
  return round(round(lanes[0] + lanes[1]) + round(lanes[2] + lanes[3]));
}

/** Sum of the numbers one after the other. */
export function sumInOrder(numbers: Iterable<number>, round: Rounding): number {
  let sum = 0;
  for (const value of numbers) sum = round(sum + value);
  return sum;
}

/** Sum of a row by vectors, as in softmax. */
export function sumByLanes(numbers: readonly number[], round: Rounding): number {
  const lanes = new Float64Array(4);
  for (const [i, value] of numbers.entries()) lanes[i % 4] = round(lanes[i % 4] + value);
  return acrossLanes(lanes, round);
}

/** Whether the numbers of a sum along `axes` lie side by side in rows, and how long these are. */
export function rowLength(shape: Shape, axes: readonly number[]): number | undefined {
  let length = 1;
  let found = false;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (!axes.includes(axis)) break;
    found = true;
    length *= shape[axis];
  }
  return found ? length : undefined;
}

/**
 * Sum of rows of `length` numbers by up to four vectors that take turns.
 *
 * @param numbers row after row
 */
export function sumByRows(numbers: readonly number[], length: number, round: Rounding): number {
  const vectors = length >= longRow ? 4 : 1;
  const whole = Math.floor(length / (4 * vectors)) * 4 * vectors;
  const lanes = new Float64Array(vectors * 4);
  for (const [i, value] of numbers.entries()) {
    const at = i % length;
    const lane = at < whole ? at % (4 * vectors) : at % 4;
    lanes[lane] = round(lanes[lane] + value);
  }
  if (vectors === 1) return acrossLanes(lanes, round);
  const joined = [0, 1, 2, 3].map((lane) =>
    round(round(lanes[lane] + lanes[4 + lane]) + round(lanes[8 + lane] + lanes[12 + lane])),
  );
  return acrossLanes(joined, round);
}
