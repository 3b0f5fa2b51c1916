import { describe, expect, test } from "vitest";
import { createRandom, permutation, randomKey, threefry } from "./random.ts";

describe("threefry", () => {
  /* Known answers of the authors' own distribution (Random123, kat_vectors: threefry2x32 20). */
  test.each([
    { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    { key: [0xffffffff, 0xffffffff], counter: [0xffffffff, 0xffffffff], words: [0x1cb996fc, 0xbb002be7] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], words: [0xc4923a9c, 0x483df7a0] },
  ])("key $key", ({ key, counter, words }) => {
    expect(threefry([key[0], key[1]], counter[0], counter[1])).toEqual(words);
  });
});

describe("createRandom", () => {
  test("the same seed and path give the same numbers, others give others", () => {
    const draw = (seed: number, path: string) => {
      const random = createRandom(seed, path);
      return [random.uniform(), random.normal(), random.below(1000)];
    };
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(randomKey(2 ** 40, "a")).not.toEqual(randomKey(0, "a"));
  });

  test("uniform numbers are multiples of 2⁻²⁴ in [0, 1) with the right mean and variance", () => {
    const random = createRandom(3, "uniform");
    const numbers = Array.from({ length: 20000 }, () => random.uniform());
    expect(numbers.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true);
    const mean = numbers.reduce((a, b) => a + b) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test("normal numbers have mean 0, deviation 1 and the right share beyond two deviations", () => {
    const random = createRandom(4, "normal");
    const numbers = Array.from({ length: 40000 }, () => random.normal());
    const mean = numbers.reduce((a, b) => a + b) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(variance).toBeCloseTo(1, 1);
    expect(numbers.filter((x) => Math.abs(x) > 2).length / numbers.length).toBeCloseTo(0.0455, 2);
  });
});

describe("permutation", () => {
  test("holds every number once, in another order for another seed", () => {
    const order = permutation(1000, createRandom(1, "shuffle"));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).not.toEqual([...permutation(1000, createRandom(2, "shuffle"))]);
  });
  test("of nothing and of one thing", () => {
    expect([...permutation(0, createRandom(1, "x"))]).toEqual([]);
    expect([...permutation(1, createRandom(1, "x"))]).toEqual([0]);
  });
});
