/** What mixed batches have in common: pairs of samples, shares, and labels as vectors. */
import { DataError, OptionError } from "../../core/errors.ts";
import { log, pow } from "../../core/math.ts";
import { createRandom, permutation, type Random } from "../../core/random.ts";
import type { Batch } from "../stream/sample.ts";

type FlatArray = Float32Array | Int32Array | Uint8Array;

/** A batch with one array of samples and one of labels. */
export interface PlainBatch {
  readonly x: FlatArray;
  readonly y: FlatArray;
  readonly length: number;
}

/** @throws DataError if there are several inputs or outputs, or no labels. */
export function requirePlain(where: string, { x, y, length }: Batch): PlainBatch {
  if (ArrayBuffer.isView(x) && ArrayBuffer.isView(y)) return { x, y, length };
  throw new DataError({
    where,
    expected: "batches with one array of samples and one of labels",
    received: y === undefined ? "no labels" : "several arrays by name",
    hint: "Make batches of samples with batch() first.",
  });
}

/** @throws OptionError unless it is a whole number of at least 2. */
export function requireClasses(where: string, classes: number): void {
  if (Number.isInteger(classes) && classes >= 2) return;
  throw new OptionError({ where, expected: "classes to be a whole number ≥ 2", received: String(classes) });
}

/** Chance of a batch: the same for the same seed, pass over the data and batch of it. */
export function chanceOf(name: string, seed: number, batch: number, pass: number): Random {
  return createRandom(seed, `${name}/${pass}/${batch}`);
}

/** For each sample another one of the batch, or itself. */
export function partners(length: number, random: Random): Uint32Array {
  return permutation(length, random);
}

/** One number for each class: class numbers become 1 at their class. @throws DataError for labels that are neither. */
function vectors(where: string, { y, length }: PlainBatch, classes: number): Float32Array {
  if (y.length === length * classes) return Float32Array.from(y);
  if (y.length !== length) {
    throw new DataError({
      where,
      expected: `a class number or ${classes} numbers for each of ${length} samples`,
      received: `${y.length} numbers`,
    });
  }
  const found = new Float32Array(length * classes);
  for (const [i, label] of y.entries()) {
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new DataError({
        where,
        expected: `class numbers from 0 to ${classes - 1}`,
        received: `${label} for sample ${i} of a batch`,
      });
    }
    found[i * classes + label] = 1;
  }
  return found;
}

/** Labels of mixed samples: `shares[i]` of sample i's own, the rest of its partner's. */
export function mixLabels(
  where: string,
  batch: PlainBatch,
  classes: number,
  other: Uint32Array,
  shares: ArrayLike<number>,
): Float32Array {
  const labels = vectors(where, batch, classes);
  return Float32Array.from(labels, (label, at) => {
    const i = Math.floor(at / classes);
    const partner = labels[other[i] * classes + (at % classes)];
    return shares[i] * label + (1 - shares[i]) * partner;
  });
}

/**
 * A number of the gamma distribution with the given shape and scale 1.
 *
 * @see Marsaglia and Tsang 2000, "A simple method for generating gamma variables"
 */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * pow(1 - random.uniform(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}

/** A number of the beta distribution with both parameters alpha: around 0 and 1 if it is small, around a half if large. */
export function beta(alpha: number, random: Random): number {
  const first = gamma(alpha, random);
  const second = gamma(alpha, random);
  return first + second === 0 ? Number(random.uniform() < 0.5) : first / (first + second);
}
