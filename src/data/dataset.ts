import { DataError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";

/** Numbers as users hand them in: typed arrays, or lists of numbers nested as deep as the shape. */
export type Numbers = Float32Array | Int32Array | Uint8Array | Uint8ClampedArray | readonly NestedNumbers[];
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** Samples and their labels, in memory. */
export interface Dataset {
  /** All samples one after the other. Bytes are pixels: they enter a model as value / 255. */
  readonly x: Float32Array | Int32Array | Uint8Array;
  readonly y: Float32Array | Int32Array | Uint8Array;
  /** Shape of one sample, without the batch. */
  readonly sampleShape: Shape;
  /** Number of samples. */
  readonly length: number;
  /** What the whole-number labels mean, from 0. */
  readonly classNames?: readonly string[];
}

export interface DatasetOptions {
  x: Numbers;
  y: Numbers;
  /** Shape of one sample: `[28, 28, 1]`. */
  sampleShape: Shape;
  classNames?: readonly string[];
}

type FlatArray = Float32Array | Int32Array | Uint8Array;

/** A typed array of the same numbers. */
export function flatten(where: string, numbers: Numbers): FlatArray {
  if (numbers instanceof Uint8ClampedArray)
    return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.length);
  if (numbers instanceof Float32Array || numbers instanceof Int32Array || numbers instanceof Uint8Array)
    return numbers;
  const flat: number[] = [];
  const visit = (item: NestedNumbers | Numbers): void => {
    if (typeof item === "number") flat.push(item);
    else if (typeof item === "object" && item !== null && "length" in item) {
      for (let i = 0; i < item.length; i++) visit(item[i] as NestedNumbers);
    } else throw new DataError({ where, expected: "numbers", received: typeof item });
  };
  visit(numbers);
  return Float32Array.from(flat);
}

/**
 * Samples and labels as one thing that `fit` and `evaluate` take.
 *
 * @throws DataError if the numbers do not divide into samples, or there are not as many labels.
 * @example
 * const xor = dataset({ x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [0, 1, 1, 0], sampleShape: [2] });
 */
export function dataset({ x, y, sampleShape, classNames }: DatasetOptions): Dataset {
  const samples = flatten("dataset x", x);
  const labels = flatten("dataset y", y);
  const size = sizeOf(sampleShape);
  const length = samples.length / size;
  if (!Number.isInteger(length) || length === 0) {
    throw new DataError({
      where: "dataset x",
      expected: `a multiple of ${size} numbers for samples ${formatShape(sampleShape)}`,
      received: `${samples.length} numbers`,
    });
  }
  if (labels.length === 0 || labels.length % length !== 0) {
    throw new DataError({
      where: "dataset y",
      expected: `labels for ${length} samples`,
      received: `${labels.length} numbers`,
    });
  }
  return { x: samples, y: labels, sampleShape, length, ...(classNames ? { classNames } : {}) };
}
