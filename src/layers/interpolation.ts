/** Resizing along one axis as weighted sums of rows. */
import { sin } from "../core/math.ts";
import { lookUp, type Spelling } from "../core/names.ts";
import type { Value } from "../graph/graph.ts";
import { type RowTaps, resample } from "../graph/ops/resample.ts";

/** How pixels between pixels are made. */
export type Interpolation = "nearest" | Kernel;
type Kernel = "bilinear" | "bicubic" | "lanczos3" | "lanczos5";

export type InterpolationName = Spelling<Interpolation>;

const lanczos =
  (radius: number) =>
  (x: number): number =>
    x <= 1e-3 ? 1 : (radius * sin(Math.PI * x) * sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;

/** Weight of a pixel at a distance, and the distance from which it is 0. Bicubic is Keys's with a = −½. */
const kernels: Record<Kernel, { readonly reach: number; readonly weight: (distance: number) => number }> = {
  bilinear: { reach: 1, weight: (x) => 1 - x },
  bicubic: {
    reach: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((2.5 - 0.5 * x) * x - 4) * x + 2),
  },
  lanczos3: { reach: 3, weight: lanczos(3) },
  lanczos5: { reach: 5, weight: lanczos(5) },
};

/** Both spellings. @throws OptionError if there is no such interpolation. */
export function interpolationOf(where: string, name: InterpolationName): Interpolation {
  const names = {
    nearest: "nearest",
    bilinear: "bilinear",
    bicubic: "bicubic",
    lanczos3: "lanczos3",
    lanczos5: "lanczos5",
  } as const;
  return lookUp(where, names, name);
}

/**
 * Which pixels each of `out` pixels is made of, where `length` were: pixels are squares, so that the centre of pixel o
 * lies at (o + ½) · length / out − ½. Weights are divided by their sum, which matters at the edges only.
 *
 * @param antialias whether kernels grow when the image shrinks, so that every pixel counts
 */
export function resizedRows(
  length: number,
  out: number,
  interpolation: Interpolation,
  antialias = false,
): RowTaps[] {
  return Array.from({ length: out }, (_, o): RowTaps => {
    if (interpolation === "nearest") return [[Math.floor(((2 * o + 1) * length) / (2 * out)), 1]];
    const { reach, weight } = kernels[interpolation];
    const scale = antialias ? Math.max(1, length / out) : 1;
    const centre = ((o + 0.5) * length) / out - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach * scale));
    const last = Math.min(length - 1, Math.floor(centre + reach * scale));
    const taps = Array.from({ length: last - first + 1 }, (_, t) => {
      const row = first + t;
      return [row, weight(Math.abs(row - centre) / scale)] as const;
    }).filter(([, share]) => share !== 0);
    const sum = taps.reduce((total, [, share]) => total + share, 0);
    return taps.map(([row, share]) => [row, share / sum] as const);
  });
}

/** Resamples the spatial axes, first those that shrink, last the outer of those that grow: the least arithmetic. */
export function resampleSpatial(input: Value, rows: readonly (readonly RowTaps[])[]): Value {
  const axes = rows.map((each, i) => ({ axis: i + 1, rows: each }));
  const shrinks = ({ axis, rows: each }: (typeof axes)[number]) => each.length < input.shape[axis];
  const order = [...axes.filter(shrinks), ...axes.filter((each) => !shrinks(each)).reverse()];
  return order.reduce(resample, input);
}
