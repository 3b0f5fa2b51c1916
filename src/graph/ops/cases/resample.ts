import type { Shape } from "../../../core/shape.ts";
import type { OpName } from "../index.ts";
import { type RowTaps, resample } from "../resample.ts";
import { type OpCase, x } from "./op-case.ts";

function resampleCase(name: string, shape: Shape, axis: number, rows: readonly RowTaps[]): OpCase {
  return {
    name,
    inputs: [x(shape)],
    write: ([input]) => resample(input, { axis, rows }),
    terms: 8,
  };
}

/** `out` rows, each the mean of `taps` of the `length` rows. */
const means = (length: number, out: number, taps: number): RowTaps[] =>
  Array.from({ length: out }, (_, o) =>
    Array.from({ length: taps }, (_, t) => [(o * 3 + t * 2) % length, 1 / taps] as const),
  );

export const resampleCases = {
  resample: [
    resampleCase("rows copied, one twice, one never", [2, 4, 3, 5], 1, [
      [[3, 1]],
      [[0, 1]],
      [[0, 1]],
      [[2, 1]],
      [],
    ]),
    resampleCase("one to two taps, one lane", [3, 5, 1], 1, [
      [[0, 1]],
      [
        [0, 0.75],
        [1, 0.25],
      ],
      [
        [3, 0.5],
        [4, 0.5],
      ],
    ]),
    resampleCase("columns of three channels", [2, 3, 6, 3], 2, means(6, 9, 2)),
    resampleCase("four taps, exact vectors", [2, 7, 8], 1, means(7, 3, 4)),
    resampleCase("five taps in a loop, rests everywhere", [2, 11, 7], 1, means(11, 4, 5)),
    resampleCase("the first and the last axis", [6, 5], 0, means(6, 4, 3)),
    resampleCase("the last axis", [5, 6], -1, means(6, 4, 3)),
    resampleCase("nothing but zeros", [2, 3, 4], 1, [[], []]),
  ],
} satisfies Partial<Record<OpName, readonly OpCase[]>>;
