import { DataError, FileError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Dataset, dataset } from "../dataset.ts";
import type { IdxArray } from "./read-idx.ts";

export interface IdxPair {
  readonly images: IdxArray;
  readonly labels: IdxArray;
}

/**
 * Images and labels of two IDX files as one data set; grey images get a channel axis: [n, H, W] → [H, W, 1].
 *
 * @param where the files, for errors
 * @throws FileError or DataError if they do not belong together.
 * @example
 * const images = { shape: [2, 1, 2], data: Uint8Array.of(0, 255, 255, 0) };
 * const labels = { shape: [2], data: Uint8Array.of(1, 0) };
 * const pair = idxDataset("two pictures", { images, labels });
 */
export function idxDataset(
  where: string,
  { images, labels }: IdxPair,
  classNames?: readonly string[],
): Dataset {
  const [count, height, width, channels = 1] = images.shape;
  if (images.shape.length < 3 || count === 0 || height === 0 || width === 0) {
    throw new FileError({
      where: `${where}, images`,
      expected: "images [n, height, width]",
      received: formatShape(images.shape),
    });
  }
  if (labels.shape.length !== 1) {
    throw new FileError({
      where: `${where}, labels`,
      expected: "labels [n]",
      received: formatShape(labels.shape),
    });
  }
  if (labels.shape[0] !== count) {
    throw new DataError({
      where,
      expected: "as many labels as images",
      received: `${count} images, ${labels.shape[0]} labels`,
    });
  }
  return dataset({
    x: images.data,
    y: labels.data,
    sampleShape: [height, width, channels],
    ...(classNames ? { classNames } : {}),
  });
}
