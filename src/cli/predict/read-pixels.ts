import { UsageError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { normalizeDigit, type PictureFit } from "../../index.ts";
import { readImage } from "../../node.ts";

export type InputShape = readonly [height: number, width: number, channels: 1 | 3 | 4];

/** How a picture becomes what a network takes: as a digit of MNIST, or only stretched. */
export type Fit = "digit" | "resize";

/** Digits for networks of digits, as far as can be told. */
export function defaultFit(shape: InputShape, dataset: string | undefined): Fit {
  return isDigitShape(shape) && dataset !== "fashion-mnist" ? "digit" : "resize";
}

/** @throws UsageError for a network that does not take pictures. */
export function imageShape(shape: readonly number[], modelPath: string): InputShape {
  const [height, width, channels] = shape;
  if (shape.length === 3 && (channels === 1 || channels === 3 || channels === 4)) {
    return [height, width, channels];
  }
  throw new UsageError({
    where: modelPath,
    expected: "a model that takes pictures: [height, width, 1, 3 or 4]",
    received: `one that takes ${formatShape(shape)}`,
  });
}

function isDigitShape([height, width, channels]: InputShape): boolean {
  return height === 28 && width === 28 && channels === 1;
}

export async function readPixels(
  path: string,
  shape: InputShape,
  way: Fit,
  modelPath: string,
  how: PictureFit = {},
): Promise<Uint8Array | Uint8ClampedArray> {
  const [height, width, channels] = shape;
  if (way === "resize") return (await readImage(path, { width, height, channels, ...how })).data;
  if (isDigitShape(shape)) return normalizeDigit(await readImage(path), path);
  throw new UsageError({
    where: "--fit digit",
    expected: "a model that takes 28 × 28 grey pixels",
    received: `${modelPath}, which takes ${formatShape(shape)}`,
  });
}
