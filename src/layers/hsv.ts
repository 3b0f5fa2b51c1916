/** Colours as hue, saturation and value, and gray. @see Smith 1978, "Color gamut transform pairs" */
import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { concatenate } from "../graph/ops/concatenate.ts";
import {
  abs,
  add,
  divide,
  equal,
  floor,
  greater,
  less,
  maximum,
  minimum,
  multiply,
  select,
  subtract,
} from "../graph/ops/elementwise.ts";
import { channel, clip } from "./augmentation.ts";

/** Each [N, H, W, 1]; hue and saturation are in [0, 1], value is in the range of the colours. */
export interface Hsv {
  readonly hue: Value;
  readonly saturation: Value;
  readonly value: Value;
}

/** @throws ShapeError unless the images have one of these numbers of channels. */
export function requireChannels(where: string, shape: Shape, counts: readonly number[]): void {
  if (counts.includes(shape[shape.length - 1])) return;
  throw new ShapeError({
    where,
    expected: `images with ${counts.join(" or ")} channels`,
    received: formatShape(shape),
  });
}

/** [N, H, W, 3] → hue, saturation and value. */
export function rgbToHsv(images: Value): Hsv {
  const [red, green, blue] = [0, 1, 2].map((c) => channel(images, c));
  const value = maximum(maximum(red, green), blue);
  const range = subtract(value, minimum(minimum(red, green), blue));
  const isColoured = greater(range, 0);
  const sixth = divide(1 / 6, select(isColoured, range, 1));
  const third = (from: Value, to: Value, start: number): Value =>
    add(multiply(sixth, subtract(from, to)), start);
  const turned = select(
    equal(value, red),
    third(green, blue, 0),
    select(equal(value, green), third(blue, red, 2 / 6), third(red, green, 4 / 6)),
  );
  const hue = select(isColoured, add(turned, less(turned, 0)), 0);
  const saturation = select(greater(value, 0), divide(range, select(greater(value, 0), value, 1)), 0);
  return { hue, saturation, value };
}

/** Hue, which goes round, saturation and value → [N, H, W, 3]. */
export function hsvToRgb({ hue, saturation, value }: Hsv): Value {
  const sector = multiply(subtract(hue, floor(hue)), 6);
  const fullness = (distance: Value): Value =>
    multiply(value, add(subtract(1, saturation), multiply(saturation, clip(distance, [0, 1]))));
  return concatenate([
    fullness(subtract(abs(subtract(sector, 3)), 1)),
    fullness(subtract(2, abs(subtract(sector, 2)))),
    fullness(subtract(2, abs(subtract(sector, 4)))),
  ]);
}

/** How light each pixel is: [N, H, W, 3] → [N, H, W, 1]; one channel stays. @see ITU-R BT.601 */
export function rgbToGray(images: Value): Value {
  if (images.shape[3] === 1) return images;
  return [0.2989, 0.587, 0.114].map((share, c) => multiply(channel(images, c), share)).reduce(add);
}
