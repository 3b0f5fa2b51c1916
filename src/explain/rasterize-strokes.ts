import { DataError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Picture } from "../data/image/picture.ts";
import { requireCount, requirePositive } from "./require.ts";

/** A line as it was drawn: points [x, y] in pixels from the top left corner, one of them for a dot. */
export type Stroke = readonly (readonly [x: number, y: number])[];

export interface RasterizeOptions {
  /** Size of the picture in pixels. Default 280 × 280. */
  width?: number;
  height?: number;
  /** Width of the pen in pixels. Default a fourteenth of the shorter side. */
  pen?: number;
}

/**
 * Draws strokes with a round pen, bright on black, with smooth edges: the same pixels in every browser, whose own
 * canvases differ. Together with `normalizeDigit` it makes of a drawing what a model of MNIST has learned from.
 *
 * A pixel's brightness is how far its centre lies inside the pen, to half a pixel on either side of the edge.
 *
 * @throws DataError if a point is not a pair of finite numbers.
 * @example
 * const picture = rasterizeStrokes([[[60, 40], [200, 40], [110, 240]]]); // a seven
 * const { data } = await model.predict(normalizeDigit(picture));
 */
export function rasterizeStrokes(strokes: readonly Stroke[], options: RasterizeOptions = {}): Picture {
  const where = "rasterizeStrokes";
  checkOptions(where, options, ["width", "height", "pen"]);
  const { width = 280, height = 280 } = options;
  requireCount(where, "width", width);
  requireCount(where, "height", height);
  const { pen = Math.min(width, height) / 14 } = options;
  requirePositive(where, "pen", pen);
  const data = new Uint8Array(width * height);
  const radius = pen / 2;
  for (const [i, stroke] of strokes.entries()) {
    for (const point of stroke) {
      if (point.length === 2 && point.every(Number.isFinite)) continue;
      throw new DataError({
        where: `${where}, stroke ${i}`,
        expected: "points [x, y] of finite numbers",
        received: JSON.stringify(point),
      });
    }
    for (let j = stroke.length === 1 ? 0 : 1; j < stroke.length; j++) {
      drawSegment(data, { width, height }, stroke[Math.max(0, j - 1)], stroke[j], radius);
    }
  }
  return { width, height, channels: 1, data };
}

type Point = readonly [x: number, y: number];

function drawSegment(
  data: Uint8Array,
  { width, height }: { width: number; height: number },
  [x0, y0]: Point,
  [x1, y1]: Point,
  radius: number,
): void {
  const reach = radius + 1;
  const [left, right] = [Math.min(x0, x1) - reach, Math.max(x0, x1) + reach];
  const [top, bottom] = [Math.min(y0, y1) - reach, Math.max(y0, y1) + reach];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, right); x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const [ex, ey] = [px - along * dx, py - along * dy];
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(ex * ex + ey * ey)));
      const at = y * width + x;
      data[at] = Math.max(data[at], Math.round(cover * 255));
    }
  }
}
