/** Weighted sums of rows along an axis, the same at every place: resizing, padding by pixels of the edge, adaptive means. */
import { ShapeError } from "../../core/errors.ts";
import { formatShape, resolveAxis, type Shape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** Which rows are added up, and with which weights. */
export type RowTaps = readonly (readonly [row: number, weight: number])[];

export interface ResampleParams {
  readonly axis: number;
  /** For each row of the result. */
  readonly rows: readonly RowTaps[];
}

/** Taps of the row that has most. */
export function mostTaps(rows: readonly RowTaps[]): number {
  return rows.reduce((most, taps) => Math.max(most, taps.length), 0);
}

/** The same sums the other way: what each of `length` rows gives to the results. */
export function transposedRows(rows: readonly RowTaps[], length: number): RowTaps[] {
  const given = Array.from({ length }, (): [number, number][] => []);
  for (const [o, taps] of rows.entries()) for (const [row, weight] of taps) given[row].push([o, weight]);
  return given;
}

/** The numbers a compute kernel reads: number of taps, then row and weight of each, [rows, 1 + 2 · most taps]. */
export function rowTable(rows: readonly RowTaps[]): { data: Float32Array; shape: Shape } {
  const width = 1 + 2 * mostTaps(rows);
  const data = new Float32Array(rows.length * width);
  for (const [o, taps] of rows.entries()) data.set([taps.length, ...taps.flat()], o * width);
  return { data, shape: [rows.length, width] };
}

/** Multiplications, but those by 1, and additions. */
function arithmeticOf(taps: RowTaps): number {
  return taps.filter(([, weight]) => weight !== 1).length + Math.max(0, taps.length - 1);
}

/** output[…, o, …] = Σ weight · input[…, row, …] over the taps of o. The second operand is the taps as a table. */
export const resampleOp: Op<ResampleParams> = {
  name: "resample",
  shape([input], { axis, rows }) {
    const isInside = (row: number): boolean => Number.isInteger(row) && row >= 0 && row < input[axis];
    if (rows.length < 1 || !rows.every((taps) => taps.every(([row]) => isInside(row)))) {
      throw new ShapeError({
        where: "resample",
        expected: `rows from 0 to ${input[axis] - 1}, along axis ${axis}`,
        received: formatShape(input),
      });
    }
    return input.map((length, i) => (i === axis ? rows.length : length));
  },
  gradient: ({ inputs: [input], outputGradient, params: { axis, rows } }) => [
    resample(outputGradient, { axis, rows: transposedRows(rows, input.shape[axis]) }),
    null,
  ],
  flops: (_, output, { axis, rows }) =>
    (sizeOf(output) / output[axis]) * rows.reduce((sum, taps) => sum + arithmeticOf(taps), 0),
};

/**
 * Makes each row of the result, along one axis, of rows of the input: [N, H, W, C] with `axis: 1` → [N, rows, W, C].
 *
 * `rows` lists for each of them which rows it adds up, and with which weights; none gives zeros.
 *
 * @throws ShapeError if a row does not exist.
 * @example
 * const rows = [[[0, 0.5], [1, 0.5]], [[1, 1]]] as const; // the mean of two rows, then the second
 * const { data } = await compute((x) => ops.resample(x, { axis: 0, rows }), [[[1, 2], [3, 4]]]); // 2, 3, 3, 4
 */
export function resample(input: Value, params: ResampleParams): Value {
  const axis = resolveAxis("resample", input.shape.length, params.axis);
  const rows = params.rows.map((taps) => taps.map(([row, weight]) => [row, Math.fround(weight)] as const));
  const isSame = ([tap, ...others]: RowTaps, o: number): boolean =>
    others.length === 0 && tap?.[0] === o && tap[1] === 1;
  if (rows.length === input.shape[axis] && rows.every(isSame)) return input;
  const { data, shape } = rowTable(rows);
  return apply(resampleOp, [input, input.graph.constant(data, shape)], { axis, rows });
}
