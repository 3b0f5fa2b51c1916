import { OptionError } from "../../core/errors.ts";
import { createRandom, permutation } from "../../core/random.ts";
import type { Dataset } from "../../index.ts";

/** Some samples, in that order. */
export function pickSamples(data: Dataset, rows: Uint32Array): Dataset {
  const pick = <Data extends Dataset["x"]>(array: Data, size: number): Data => {
    const picked = new (array.constructor as new (length: number) => Data)(rows.length * size);
    for (const [i, row] of rows.entries()) picked.set(array.subarray(row * size, (row + 1) * size), i * size);
    return picked;
  };
  return {
    ...data,
    x: pick(data.x, data.x.length / data.length),
    y: pick(data.y, data.y.length / data.length),
    length: rows.length,
  };
}

/** In another order: folders list a class at a time, and what is cut off the end must have some of all. */
export function shuffleDataset(data: Dataset, seed: number): Dataset {
  return pickSamples(data, permutation(data.length, createRandom(seed, "cli/order")));
}

/** Holds back a share. @throws OptionError if nothing is left on one side */
export function holdBack(data: Dataset, share: number, seed: number): { train: Dataset; test: Dataset } {
  const order = permutation(data.length, createRandom(seed, "cli/test-split"));
  const held = Math.round(data.length * share);
  if (held > 0 && held < data.length) {
    return {
      train: pickSamples(data, order.subarray(held)),
      test: pickSamples(data, order.subarray(0, held).sort()),
    };
  }
  throw new OptionError({
    where: "--test-split",
    expected: "samples on both sides",
    received: `${share} of ${data.length} samples`,
  });
}
