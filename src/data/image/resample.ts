/** One channel of a picture. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Scales a plane: a triangle filter, widened when shrinking so that every pixel counts. The same size is a copy. */
export function resample(plane: Plane, width: number, height: number): Plane {
  const wide = resampleRows(plane.data, plane.height, plane.width, width);
  const turned = transpose(wide, plane.height, width);
  const tall = resampleRows(turned, width, plane.height, height);
  return { width, height, data: transpose(tall, width, height) };
}

/** [rows, from] → [rows, to]. */
function resampleRows(data: Float32Array, rows: number, from: number, to: number): Float32Array {
  const result = new Float32Array(rows * to);
  const scale = from / to;
  const reach = Math.max(1, scale);
  for (let x = 0; x < to; x++) {
    const center = (x + 0.5) * scale;
    const first = Math.max(0, Math.floor(center - reach));
    const last = Math.min(from - 1, Math.ceil(center + reach));
    const weights: number[] = [];
    for (let i = first; i <= last; i++) weights.push(Math.max(0, 1 - Math.abs(i + 0.5 - center) / reach));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (const [i, weight] of weights.entries()) sum += weight * data[row * from + first + i];
      result[row * to + x] = sum / total;
    }
  }
  return result;
}

/** [rows, columns] → [columns, rows]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  return result;
}
