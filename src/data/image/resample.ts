import { sin } from "../../core/math.ts";

/** One channel of a picture. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A filter: its weight at a distance, 0 from `radius` on. */
interface Filter {
  readonly radius: number;
  weight(distance: number): number;
}

/** Keys's family of cubic filters. @see Mitchell and Netravali 1988, "Reconstruction filters in computer graphics" */
function cubic(b: number, c: number): Filter {
  return {
    radius: 2,
    weight(x) {
      if (x < 1) return ((12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + (6 - 2 * b)) / 6;
      return (
        ((-b - 6 * c) * x ** 3 + (6 * b + 30 * c) * x ** 2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6
      );
    },
  };
}

const sinc = (x: number): number => (x === 0 ? 1 : sin(Math.PI * x) / (Math.PI * x));

const filters = {
  bilinear: { radius: 1, weight: (x) => 1 - x },
  bicubic: cubic(0, 0.5),
  mitchellcubic: cubic(1 / 3, 1 / 3),
  lanczos3: { radius: 3, weight: (x) => sinc(x) * sinc(x / 3) },
} satisfies Record<string, Filter>;

export type ResampleFilter = keyof typeof filters | "nearest";

/**
 * Scales a plane; the filter is widened when shrinking so that every pixel counts. The same size is a copy.
 *
 * @param filter default `"bilinear"`, a triangle
 */
export function resample(
  plane: Plane,
  width: number,
  height: number,
  filter: ResampleFilter = "bilinear",
): Plane {
  const wide = resampleRows(plane.data, plane.height, plane.width, width, filter);
  const turned = transpose(wide, plane.height, width);
  const tall = resampleRows(turned, width, plane.height, height, filter);
  return { width, height, data: transpose(tall, width, height) };
}

/** [rows, from] → [rows, to]. */
function resampleRows(
  data: Float32Array,
  rows: number,
  from: number,
  to: number,
  name: ResampleFilter,
): Float32Array {
  const result = new Float32Array(rows * to);
  const scale = from / to;
  for (let x = 0; x < to; x++) {
    const { first, weights } = taps((x + 0.5) * scale, scale, from, name);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (const [i, weight] of weights.entries()) sum += weight * data[row * from + first + i];
      result[row * to + x] = sum / total;
    }
  }
  return result;
}

/** Which pixels count around a place, and how much. */
function taps(
  center: number,
  scale: number,
  length: number,
  name: ResampleFilter,
): { first: number; weights: number[] } {
  if (name === "nearest") return { first: Math.min(length - 1, Math.floor(center)), weights: [1] };
  const { radius, weight } = filters[name];
  const stretch = Math.max(1, scale);
  const reach = radius * stretch;
  const first = Math.max(0, Math.floor(center - reach));
  const last = Math.min(length - 1, Math.ceil(center + reach));
  const weights: number[] = [];
  for (let i = first; i <= last; i++) {
    const distance = Math.abs(i + 0.5 - center) / stretch;
    weights.push(distance < radius ? weight(distance) : 0);
  }
  return { first, weights };
}

/** [rows, columns] → [columns, rows]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  return result;
}
