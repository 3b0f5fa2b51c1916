const side = 28;
/** MNIST's digits fill a box of this many pixels, and their centre of mass is in the middle of the image. */
const boxSide = 20;

/**
 * Brings a drawing into the form of MNIST's digits: [size, size] → [28, 28], bytes.
 *
 * @param ink how dark each pixel is, 0 to 255
 * @returns nothing if the drawing is empty
 * @see https://web.archive.org/web/20211125025603/http://yann.lecun.com/exdb/mnist/
 */
export function digitImage(ink: Uint8Array, size: number): Uint8Array | undefined {
  let [left, right, top, bottom] = [size, -1, size, -1];
  let [sum, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = ink[y * size + x];
      if (value === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      sum += value;
      sumX += value * (x + 0.5);
      sumY += value * (y + 0.5);
    }
  }
  if (sum === 0) return undefined;
  /** Pixels of the drawing to one of the image. */
  const step = Math.max(right + 1 - left, bottom + 1 - top) / boxSide;
  const originX = sumX / sum - (side / 2) * step;
  const originY = sumY / sum - (side / 2) * step;
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const x = originX + (i % side) * step;
    const y = originY + Math.floor(i / side) * step;
    return meanInk(ink, size, [x, x + step], [y, y + step]);
  });
}

type Range = readonly [from: number, to: number];

/** Mean over the pixels whose corners lie in the rectangle; outside the drawing there is no ink. */
function meanInk(ink: Uint8Array, size: number, [left, right]: Range, [top, bottom]: Range): number {
  const [x0, x1] = [Math.round(left), Math.max(Math.round(right), Math.round(left) + 1)];
  const [y0, y1] = [Math.round(top), Math.max(Math.round(bottom), Math.round(top) + 1)];
  let sum = 0;
  for (let y = Math.max(0, y0); y < Math.min(size, y1); y++) {
    for (let x = Math.max(0, x0); x < Math.min(size, x1); x++) sum += ink[y * size + x];
  }
  return Math.round(sum / ((x1 - x0) * (y1 - y0)));
}
