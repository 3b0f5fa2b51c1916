import { describe, expect, test } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Batch } from "../stream/sample.ts";
import { stream } from "../stream/stream.ts";
import { cutMix } from "./cut-mix.ts";
import { beta } from "./mix.ts";
import { mixUp } from "./mix-up.ts";

/** Sample n is an image of the number n, and of class n. */
const plain = (length: number, size = 16): Batch => ({
  x: Float32Array.from({ length: length * size }, (_, i) => Math.floor(i / size)),
  y: Uint8Array.from({ length }, (_, n) => n),
  length,
});
const rowsOf = (array: ArrayLike<number>, length: number): number[][] => {
  const size = array.length / length;
  return Array.from({ length }, (_, n) => Array.from({ length: size }, (_, i) => array[n * size + i]));
};

test("the beta distribution has its mean and variance", () => {
  for (const alpha of [0.2, 1, 3]) {
    const random = createRandom(1, "beta");
    const numbers = Array.from({ length: 20_000 }, () => beta(alpha, random));
    const mean = numbers.reduce((a, b) => a + b) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    expect(mean).toBeCloseTo(0.5, 1);
    /* αβ / ((α + β)² (α + β + 1)) */
    expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 1);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(1);
  }
});

describe("mixUp", () => {
  test("pixels and labels are mixed by the same share", async () => {
    const { x, y } = (await mixUp({ classes: 8, alpha: 1, seed: 3 })(plain(8), 0, 0)) as {
      x: Float32Array;
      y: Float32Array;
    };
    const labels = rowsOf(y, 8);
    let mixed = 0;
    for (const [n, pixels] of rowsOf(x, 8).entries()) {
      expect(new Set(pixels).size).toBe(1);
      /* The image of a class is its number, so the mean of the label is the pixel. */
      expect(labels[n].reduce((sum, share, label) => sum + share * label, 0)).toBeCloseTo(pixels[0], 4);
      expect(labels[n].reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      if (labels[n].filter((share) => share > 0.01).length === 2) mixed++;
    }
    expect(mixed).toBeGreaterThan(3);
  });

  test("is new in every pass and the same for the same seed; bytes stay bytes", async () => {
    const bytes: Batch = { ...plain(6), x: Uint8Array.from({ length: 96 }, (_, i) => i) };
    const make = (seed: number, pass: number) =>
      mixUp({ classes: 6, seed, alpha: 1 })(bytes, 0, pass) as Batch;
    expect(make(1, 0)).toEqual(make(1, 0));
    expect(make(1, 1)).not.toEqual(make(1, 0));
    expect(make(2, 0)).not.toEqual(make(1, 0));
    expect(make(1, 0).x).toBeInstanceOf(Uint8Array);
  });

  test("stands in a stream", async () => {
    const samples = Array.from({ length: 6 }, (_, n) => ({ x: Float32Array.of(n), y: n % 2 }));
    const batches: Batch[] = [];
    for await (const batch of stream(samples)
      .batch(3)
      .map(mixUp({ classes: 2 })))
      batches.push(batch);
    expect(batches.map(({ y }) => (y as Float32Array).length)).toEqual([6, 6]);
  });
});

describe("cutMix", () => {
  test("a rectangle of another sample stands in each, labels follow its area", () => {
    const { x, y } = cutMix({ classes: 9, sampleShape: [4, 4, 1], seed: 5 })(plain(9), 2, 1) as {
      x: Float32Array;
      y: Float32Array;
    };
    const labels = rowsOf(y, 9);
    let cut = 0;
    for (const [n, pixels] of rowsOf(x, 9).entries()) {
      const foreign = [...pixels.entries()].filter(([, value]) => value !== n);
      expect(labels[n][n]).toBeCloseTo(1 - foreign.length / 16, 5);
      if (foreign.length === 0) continue;
      cut++;
      const [, [, partner]] = [0, foreign[0]];
      expect(foreign.every(([, value]) => value === partner)).toBe(true);
      expect(labels[n][partner]).toBeCloseTo(foreign.length / 16, 5);
      const extent = (list: number[]) => Math.max(...list) - Math.min(...list) + 1;
      const rows = extent(foreign.map(([i]) => Math.floor(i / 4)));
      expect(rows * extent(foreign.map(([i]) => i % 4))).toBe(foreign.length);
    }
    expect(cut).toBeGreaterThan(4);
  });
});

test.each([
  { make: () => mixUp({ classes: 1 }), message: "mixUp: expected classes to be a whole number ≥ 2, got 1." },
  {
    make: () => mixUp({ classes: 3, alpha: 0 }),
    message: "mixUp: expected alpha to be a positive number, got 0.",
  },
  { make: () => mixUp({ classes: 3, alfa: 1 } as never), message: 'Did you mean "alpha"?' },
  {
    make: () => mixUp({ classes: 3 })(plain(4), 0, 0),
    message: "class numbers from 0 to 2, got 3 for sample 3",
  },
  {
    make: () => mixUp({ classes: 3 })({ x: { a: Float32Array.of(1) }, length: 1 }, 0, 0),
    message: "got no labels",
  },
  { make: () => cutMix({ classes: 3, sampleShape: [4] }), message: "sampleShape as [H, W, C], got [4]" },
  {
    make: () => cutMix({ classes: 4, sampleShape: [2, 2, 1] })(plain(4), 0, 0),
    message: "4 numbers for each of 4 samples, got 64 numbers",
  },
])("$message", ({ make, message }) => {
  expect(make).toThrow(message);
});
