/** What each number of a sum, a product or a pooling is made of, in the order in which it is added up. */
import type { Shape } from "../../core/shape.ts";
import { tapIndex, type WindowGeometry } from "../../core/window.ts";
import type { ConvParams } from "../../graph/ops/conv.ts";
import { type MatMulParams, matMulSizes } from "../../graph/ops/mat-mul.ts";
import type { PoolParams } from "../../graph/ops/pool-params.ts";
import type { ReduceParams } from "../../graph/ops/reduce-sum.ts";

/** Where a term reads its factors: places in the op's inputs. */
export interface TermPlaces {
  /** In the first input; missing in the padding, which is 0. */
  readonly first: readonly number[] | undefined;
  /** In the second input of a product. */
  readonly second?: readonly number[];
}

/** Calls `visit` with the taps of a window, row-major, and the place each of them reads; none in the padding. */
function forEachTapOf(
  window: WindowGeometry,
  output: readonly number[],
  visit: (tap: readonly number[], input: readonly number[] | undefined) => void,
): void {
  const walk = (tap: readonly number[], input: readonly number[] | undefined): void => {
    const axis = tap.length;
    if (axis === window.length) {
      visit(tap, input);
      return;
    }
    for (let k = 0; k < window[axis].size; k++) {
      const index = tapIndex(window[axis], output[axis], k);
      walk([...tap, k], input && index >= 0 ? [...input, index] : undefined);
    }
  };
  walk([], []);
}

/** output[n, o, b] = Σ over taps and channels of input[n, i, a] · kernel[tap, a, b]. */
export function convTerms(
  place: readonly number[],
  kernel: Shape,
  { window, groups }: ConvParams,
): TermPlaces[] {
  const [n, ...spatial] = place;
  const b = spatial.pop() as number;
  const [groupIn, outC] = kernel.slice(-2);
  const first = Math.floor(b / (outC / groups)) * groupIn;
  const terms: TermPlaces[] = [];
  forEachTapOf(window, spatial, (tap, input) => {
    for (let a = 0; a < groupIn; a++) {
      terms.push({ first: input && [n, ...input, first + a], second: [...tap, a, b] });
    }
  });
  return terms;
}

/** Output positions whose windows hold an input position, with the tap that reads it; positions row-major. */
function windowsOver(
  window: WindowGeometry,
  input: readonly number[],
): { output: number[]; tap: number[] }[] {
  return window.reduce<{ output: number[]; tap: number[] }[]>(
    (found, axis, i) =>
      found.flatMap(({ output, tap }) =>
        Array.from({ length: axis.out }, (_, o) => o).flatMap((o) => {
          const reach = input[i] + axis.before - o * axis.stride;
          const k = reach / axis.dilation;
          const isTap = Number.isInteger(k) && k >= 0 && k < axis.size;
          return isTap ? [{ output: [...output, o], tap: [...tap, k] }] : [];
        }),
      ),
    [{ output: [], tap: [] }],
  );
}

/** output[n, i, a] = Σ over windows and channels of gradient[n, o, b] · kernel[tap, a, b]. */
export function convInputGradientTerms(
  place: readonly number[],
  kernel: Shape,
  { window, groups }: ConvParams,
): TermPlaces[] {
  const [n, ...spatial] = place;
  const channel = spatial.pop() as number;
  const [groupIn, outC] = kernel.slice(-2);
  const groupOut = outC / groups;
  const firstOut = Math.floor(channel / groupIn) * groupOut;
  return windowsOver(window, spatial).flatMap(({ output, tap }) =>
    Array.from({ length: groupOut }, (_, b) => ({
      first: [n, ...output, firstOut + b],
      second: [...tap, channel % groupIn, firstOut + b],
    })),
  );
}

/** output[tap, a, b] = Σ over images and positions of input[n, i, a] · gradient[n, o, b]. */
export function convKernelGradientTerms(
  place: readonly number[],
  [batch]: Shape,
  kernel: Shape,
  { window, groups }: ConvParams,
): TermPlaces[] {
  const tap = place.slice(0, -2);
  const [a, b] = place.slice(-2);
  const [groupIn, outC] = kernel.slice(-2);
  const first = Math.floor(b / (outC / groups)) * groupIn;
  const positions = window.reduce<{ output: number[]; input: number[] }[]>(
    (found, axis, i) =>
      found.flatMap(({ output, input }) =>
        Array.from({ length: axis.out }, (_, o) => ({ o, at: tapIndex(axis, o, tap[i]) }))
          .filter(({ at }) => at >= 0)
          .map(({ o, at }) => ({ output: [...output, o], input: [...input, at] })),
      ),
    [{ output: [], input: [] }],
  );
  return Array.from({ length: batch }, (_, n) => n).flatMap((n) =>
    positions.map(({ output, input }) => ({ first: [n, ...input, first + a], second: [n, ...output, b] })),
  );
}

/** output[m, n] = Σ over k of a[m, k] · b[k, n], of either operand transposed. */
export function matMulTerms(
  [m, n]: readonly number[],
  shapes: readonly Shape[],
  params: MatMulParams,
): TermPlaces[] {
  const { inner } = matMulSizes(shapes, params);
  return Array.from({ length: inner }, (_, k) => ({
    first: params.transposeA ? [k, m] : [m, k],
    second: params.transposeB ? [n, k] : [k, n],
  }));
}

/** The numbers under one window of a pooling; padding does not count. */
export function poolTerms(place: readonly number[], { window }: PoolParams): TermPlaces[] {
  const [n, ...spatial] = place;
  const c = spatial.pop() as number;
  const terms: TermPlaces[] = [];
  forEachTapOf(window, spatial, (_, input) => {
    if (input) terms.push({ first: [n, ...input, c] });
  });
  return terms;
}

/** The numbers that are reduced to one, row-major. */
export function reduceTerms(place: readonly number[], shape: Shape, { axes }: ReduceParams): TermPlaces[] {
  const places = shape.reduce<number[][]>(
    (found, length, axis) =>
      axes.includes(axis)
        ? found.flatMap((start) => Array.from({ length }, (_, i) => [...start, i]))
        : found.map((start) => [...start, place[axis]]),
    [[]],
  );
  return places.map((first) => ({ first }));
}
