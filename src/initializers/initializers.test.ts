import { describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { loadNamed, namesLoading } from "../core/name-table.ts";
import { createRandom } from "../core/random.ts";
import { fans, type Shape } from "../core/shape.ts";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import { sequential } from "../training/sequential.ts";
import * as initializers from "./index.ts";
import type { Initializer } from "./initializer.ts";
import { initializerOf, initializerTable } from "./table.ts";

const shape = [3, 3, 32, 64];
const [fanIn, fanOut] = [3 * 3 * 32, 3 * 3 * 64];
const both = (fanIn + fanOut) / 2;
/** Standard deviation of a normal distribution cut off at two of them, as SciPy's truncnorm has it. */
const cutOff = 0.87962566103424;

interface Row {
  readonly name: string;
  readonly make: (options?: { seed?: number }) => Initializer;
  readonly mean: number;
  readonly variance: number;
  /** Range that the numbers lie in, and nearly fill. */
  readonly range: readonly [number, number];
  readonly isMatrix?: boolean;
}

const same = (name: string, make: Row["make"], value: number): Row => ({
  name,
  make,
  mean: value,
  variance: 0,
  range: [value, value],
});
const uniform = (name: string, make: Row["make"], variance: number): Row => {
  const limit = Math.sqrt(3 * variance);
  return { name, make, mean: 0, variance, range: [-limit, limit] };
};
const normal = (name: string, make: Row["make"], variance: number, mean = 0): Row => {
  const limit = (2 * Math.sqrt(variance)) / cutOff;
  return { name, make, mean, variance, range: [mean - limit, mean + limit] };
};
const unbounded = (name: string, make: Row["make"], variance: number, mean = 0): Row => ({
  ...normal(name, make, variance, mean),
  range: [mean - 6 * Math.sqrt(variance), mean + 6 * Math.sqrt(variance)],
});
const { varianceScaling } = initializers;

/** One row at least for every initializer. */
const rows: readonly Row[] = [
  same("zeros", () => initializers.zeros(), 0),
  same("ones", () => initializers.ones(), 1),
  same("constant", () => initializers.constant(), 0),
  same("constant", () => initializers.constant({ value: 0.5 }), 0.5),
  uniform("glorotUniform", initializers.glorotUniform, 1 / both),
  normal("glorotNormal", initializers.glorotNormal, 1 / both),
  uniform("heUniform", initializers.heUniform, 2 / fanIn),
  normal("heNormal", initializers.heNormal, 2 / fanIn),
  uniform("lecunUniform", initializers.lecunUniform, 1 / fanIn),
  normal("lecunNormal", initializers.lecunNormal, 1 / fanIn),
  normal("varianceScaling", varianceScaling, 1 / fanIn),
  unbounded(
    "varianceScaling",
    (options) => varianceScaling({ scale: 3, mode: "fanOut", distribution: "untruncatedNormal", ...options }),
    3 / fanOut,
  ),
  uniform(
    "varianceScaling",
    (options) => varianceScaling({ scale: 0.5, mode: "fan_avg", distribution: "uniform", ...options }),
    0.5 / both,
  ),
  unbounded("randomNormal", initializers.randomNormal, 0.05 ** 2),
  unbounded("randomNormal", (options) => initializers.randomNormal({ mean: 1, stddev: 2, ...options }), 4, 1),
  normal("truncatedNormal", initializers.truncatedNormal, (0.05 * cutOff) ** 2),
  normal(
    "truncatedNormal",
    (options) => initializers.truncatedNormal({ mean: -1, stddev: 0.5, ...options }),
    (0.5 * cutOff) ** 2,
    -1,
  ),
  uniform("randomUniform", initializers.randomUniform, 0.1 ** 2 / 12),
  {
    name: "randomUniform",
    make: (options) => initializers.randomUniform({ minval: 1, maxval: 3, ...options }),
    mean: 2,
    variance: 4 / 12,
    range: [1, 3],
  },
  /* Columns of length 1 out of 288 numbers. */
  unbounded("orthogonal", initializers.orthogonal, 1 / fanIn),
  {
    name: "identity",
    make: () => initializers.identity({ gain: 3 }),
    mean: 3 / 200,
    variance: 9 / 200 - (3 / 200) ** 2,
    range: [0, 3],
    isMatrix: true,
  },
];

const numbersOf = (initializer: Initializer, of: Shape, seed = 1): Float32Array =>
  initializer.create(of, createRandom(seed, "conv2d/kernel"));

describe.each(rows)("$name, mean $mean, variance $variance", (row) => {
  const { name, make, mean, variance, range, isMatrix = false } = row;
  const of = isMatrix ? [200, 200] : shape;

  test("has its moments and its range", () => {
    const numbers = numbersOf(make(), of);
    const average = numbers.reduce((a, b) => a + b, 0) / numbers.length;
    const spread = numbers.reduce((sum, x) => sum + (x - average) ** 2, 0) / numbers.length;
    const [low, high] = range;
    expect(Math.abs(average - mean)).toBeLessThanOrEqual(Math.sqrt(variance) / 30);
    if (variance > 0) expect(spread / variance).toBeCloseTo(1, 1);
    else expect(spread).toBe(0);
    const rounding = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    expect(least).toBeGreaterThanOrEqual(low - rounding);
    expect(most).toBeLessThanOrEqual(high + rounding);
    expect(most - least).toBeGreaterThanOrEqual((high - low) * 0.55);
  });

  test("gives the same numbers for the same seed, others for another", () => {
    const once = numbersOf(make(), of);
    expect(numbersOf(make(), of)).toEqual(once);
    const isRandom = variance > 0 && !isMatrix;
    if (isRandom) expect(numbersOf(make(), of, 2)).not.toEqual(once);
  });

  test("takes a seed of its own, where chance is involved", () => {
    const isRandom = variance > 0 && !isMatrix;
    const options = make({ seed: 7 }).options;
    expect(options.seed).toBe(isRandom ? 7 : undefined);
  });

  test("is saved by name and options", async () => {
    const initializer = make();
    const saved = JSON.parse(JSON.stringify({ name: initializer.name, ...initializer.options }));
    const again = initializerOf("test", saved);
    await namesLoading();
    expect(initializer.name).toBe(name);
    expect(again).toMatchObject({ name, options: initializer.options });
    expect(numbersOf(again, of)).toEqual(numbersOf(initializer, of));
  });

  test("refuses an option it does not have", async () => {
    const factory = await loadNamed("test", initializerTable, name);
    expect(() => factory({ vlue: 1 } as never)).toThrow(`${name}: expected a known option`);
  });
});

test("every initializer has a row", async () => {
  const { common, further, load } = initializerTable;
  expect(Object.keys(await load()).sort()).toEqual([...further].sort());
  const all = [...Object.keys(common), ...further].sort();
  expect(Object.keys(initializers).sort()).toEqual(all);
  expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual(all);
});

test("a dense kernel, a vector and a number have fans too", () => {
  expect(fans([784, 128])).toEqual({ fanIn: 784, fanOut: 128 });
  expect(fans([10])).toEqual({ fanIn: 10, fanOut: 10 });
  expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 });
});

describe("orthogonal", () => {
  test.each([
    { of: [7, 4], vectors: 4, isTall: true },
    { of: [4, 7], vectors: 4, isTall: false },
    { of: [3, 3, 2, 8], vectors: 8, isTall: true },
    { of: [5, 5], vectors: 5, isTall: true },
  ])("vectors of $of have length `gain` and right angles", ({ of, vectors, isTall }) => {
    const numbers = numbersOf(initializers.orthogonal({ gain: 3 }), of);
    const columns = of[of.length - 1];
    const rowCount = numbers.length / columns;
    const at = (vector: number, i: number) =>
      isTall ? numbers[i * columns + vector] : numbers[vector * columns + i];
    for (let a = 0; a < vectors; a++) {
      for (let b = 0; b < vectors; b++) {
        let dot = 0;
        for (let i = 0; i < (isTall ? rowCount : columns); i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 9 : 0, 5);
      }
    }
  });

  test("has no favourite sign: the diagonal's mean is 0", () => {
    const matrices = Array.from({ length: 300 }, (_, seed) =>
      numbersOf(initializers.orthogonal(), [3, 3], seed),
    );
    for (const i of [0, 4, 8]) {
      const mean = matrices.reduce((sum, matrix) => sum + matrix[i], 0) / matrices.length;
      /* The elements have variance ⅓. */
      expect(Math.abs(mean)).toBeLessThan(0.12);
    }
  });
});

test("a seed of its own stands for the model's, and gives every weight of the shape the same numbers", async () => {
  const kernels = async (seed: number, own?: number) => {
    const kernelInitializer =
      own === undefined ? initializers.heNormal() : initializers.heNormal({ seed: own });
    const dense = () => layers.dense({ units: 4, useBias: false, kernelInitializer });
    const model = sequential([input({ shape: [4] }), dense(), dense()], { seed });
    return (await model.getWeights()).map(({ data }) => [...data]);
  };
  const [first, second] = await kernels(1, 5);
  expect(second).toEqual(first);
  expect(await kernels(2, 5)).toEqual([first, first]);
  expect((await kernels(1, 6))[0]).not.toEqual(first);
  const [a, b] = await kernels(1);
  expect(b).not.toEqual(a);
  await disposeBackends();
});

test("identity fills matrices that are not square", () => {
  expect([...numbersOf(initializers.identity(), [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
  expect([...numbersOf(initializers.identity({ gain: 2 }), [3, 2])]).toEqual([2, 0, 0, 2, 0, 0]);
});

describe("bad options", () => {
  test.each([
    {
      make: () => initializerOf("dense", "he_nromal" as never),
      message: 'dense: expected a known name, got "he_nromal". Did you mean "heNormal"?',
    },
    {
      make: () => initializerOf("dense", 1 as never),
      message: "dense: expected a name, or an object with a name, got 1.",
    },
    {
      make: () => varianceScaling({ scale: 0 }),
      message: "initializers.varianceScaling: expected scale to be a positive number, got 0.",
    },
    { make: () => varianceScaling({ mode: "fanin" as never }), message: 'Did you mean "fanIn"?' },
    {
      make: () => initializers.randomUniform({ minval: 1 }),
      message: "expected maxval to be a finite number ≥ 1, got 0.05.",
    },
    {
      make: () => initializers.randomNormal({ stddev: -1 }),
      message: "expected stddev to be a finite number ≥ 0, got -1.",
    },
    {
      make: () => numbersOf(initializers.identity(), [3]),
      message: "initializers.identity: expected a matrix [in, out], got [3].",
    },
    {
      make: () => numbersOf(initializers.orthogonal(), [3]),
      message: "initializers.orthogonal: expected at least two axes, got [3].",
    },
    {
      make: () => initializers.heNormal({ seed: 0.5 }),
      message: "initializers.heNormal: expected seed to be a whole number ≥ 0, got 0.5.",
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });
});
