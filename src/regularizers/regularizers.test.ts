import { afterAll, describe, expect, test } from "vitest";
import { gradientErrors } from "../../test/central-differences.ts";
import { PreparedCase } from "../../test/op-cases.ts";
import { compute } from "../arrays/compute.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { loadNamed, namesLoading } from "../core/name-table.ts";
import { Layer } from "../layers/layer.ts";
import * as ops from "../ops.ts";
import { sgd } from "../optimizers/sgd.ts";
import { sequential } from "../training/sequential.ts";
import * as regularizers from "./index.ts";
import type { Regularizer } from "./regularizer.ts";
import { regularizerOf, regularizerTable } from "./table.ts";

afterAll(() => disposeBackends());

const weight = [
  [1, -2, 3],
  [-4, 5, -6],
];
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const magnitudes = sum(weight.flat().map(Math.abs));
const squares = sum(weight.flat().map((w) => w * w));

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (u: readonly number[], v: readonly number[]) => sum(u.map((x, i) => x * v[i]));
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
const columns = [0, 1, 2].map((j) => weight.map((row) => row[j]));
const betweenColumns = [
  [0, 1],
  [0, 2],
  [1, 2],
].map(([i, j]) => Math.abs(cosine(columns[i], columns[j])));

interface Row {
  readonly name: string;
  readonly make: () => Regularizer;
  readonly options: Readonly<Record<string, unknown>>;
  readonly price: number;
}

/** One row at least for every regularizer, with its formula written out. */
const rows: readonly Row[] = [
  { name: "l1", make: () => regularizers.l1(), options: { l1: 0.01 }, price: 0.01 * magnitudes },
  { name: "l1", make: () => regularizers.l1({ l1: 2 }), options: { l1: 2 }, price: 2 * magnitudes },
  { name: "l1", make: () => regularizers.l1({ l1: 0 }), options: { l1: 0 }, price: 0 },
  { name: "l2", make: () => regularizers.l2(), options: { l2: 0.01 }, price: 0.01 * squares },
  { name: "l2", make: () => regularizers.l2({ l2: 3 }), options: { l2: 3 }, price: 3 * squares },
  { name: "l1L2", make: () => regularizers.l1L2(), options: { l1: 0, l2: 0 }, price: 0 },
  {
    name: "l1L2",
    make: () => regularizers.l1L2({ l1: 0.5, l2: 0.25 }),
    options: { l1: 0.5, l2: 0.25 },
    price: 0.5 * magnitudes + 0.25 * squares,
  },
  {
    name: "orthogonalRegularizer",
    make: () => regularizers.orthogonalRegularizer(),
    options: { factor: 0.01, mode: "rows" },
    price: 0.01 * Math.abs(cosine(weight[0], weight[1])),
  },
  {
    name: "orthogonalRegularizer",
    make: () => regularizers.orthogonalRegularizer({ factor: 0.3, mode: "columns" }),
    options: { factor: 0.3, mode: "columns" },
    price: (0.3 * sum(betweenColumns)) / 3,
  },
];

describe.each(rows)("$name $options", ({ name, make, options, price }) => {
  test("costs what its formula says, on both backends", async () => {
    const regularizer = make();
    for (const backend of ["reference", "wasm"] as const) {
      const { data, shape } = await compute((w) => regularizer.write(w), [weight], { backend });
      expect(shape).toEqual([]);
      expect(data[0]).toBeCloseTo(price, 4);
    }
  });

  test("has the gradient of its formula", async () => {
    const regularizer = make();
    const prepared = new PreparedCase({
      name,
      inputs: [{ shape: [4, 3], fill: "normal" }],
      write: ([w]) => regularizer.write(w),
    });
    for (const error of Object.values(await gradientErrors(prepared, 12))) expect(error).toBeLessThan(1e-6);
  });

  test("is saved by name and options", async () => {
    const regularizer = make();
    expect(regularizer).toMatchObject({ name, options });
    const again = regularizerOf("test", { name, ...options });
    await namesLoading();
    const { data } = await compute((w) => again.write(w), [weight]);
    expect(data[0]).toBeCloseTo(price, 4);
  });

  test("refuses an option it does not have", async () => {
    const factory = await loadNamed("test", regularizerTable, name);
    expect(() => factory({ ...options, fctor: 1 } as never)).toThrow(
      `regularizers.${name}: expected a known option`,
    );
  });
});

test("every regularizer has a row", async () => {
  const { further, load } = regularizerTable;
  expect(Object.keys(await load()).sort()).toEqual([...further].sort());
  expect(Object.keys(regularizers).sort()).toEqual([...further].sort());
  expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual([...further].sort());
});

describe("bad options", () => {
  test.each([
    { make: () => regularizers.l1({ l1: -1 }), message: "l1 to be a finite number ≥ 0, got -1." },
    { make: () => regularizers.l2({ l2: Number.NaN }), message: "l2 to be a finite number ≥ 0, got NaN." },
    {
      make: () => regularizers.l1L2({ l2: "0.1" as never }),
      message: 'l2 to be a finite number ≥ 0, got "0.1".',
    },
    {
      make: () => regularizers.orthogonalRegularizer({ mode: "row" as never }),
      message: 'got "row". Did you mean "rows"?',
    },
    { make: () => regularizerOf("dense", "l3" as never), message: 'dense: expected a known name, got "l3".' },
    {
      make: () => regularizerOf("dense", 0.01 as never),
      message: "dense: expected a name, or an object with a name, got 0.01.",
    },
    {
      make: () => regularizerOf("dense", null as never),
      message: "dense: expected a name, or an object with a name, got null.",
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });

  test("vectors of a kernel with more axes are not meant", async () => {
    const { write } = regularizers.orthogonalRegularizer();
    await expect(compute(write, [[[[1]]]])).rejects.toThrow(
      "expected a matrix [rows, columns], got [1, 1, 1].",
    );
  });
});

test("both spellings of a name are accepted", async () => {
  expect(regularizerOf("test", "l1_l2").name).toBe("l1L2");
  expect(regularizerOf("test", "orthogonal_regularizer").name).toBe("orthogonalRegularizer");
  await namesLoading();
});

test("weights of length 0 have no angles and no gradient that is not a number", async () => {
  const { write } = regularizers.orthogonalRegularizer();
  const prepared = new PreparedCase({
    name: "zeros",
    inputs: [{ shape: [3, 2], fill: { below: 1 } }],
    write: ([w]) => write(w),
  });
  for (const error of Object.values(await gradientErrors(prepared, 6))) expect(error).toBe(0);
});

test("a price joins the loss and its gradient moves the weight", async () => {
  class Priced extends Layer {
    readonly type = "priced";
    override build(shape: readonly number[]): void {
      this.addWeight("gain", shape, twos, { regularizer: regularizers.l2({ l2: 0.5 }) });
    }
    override call(input: Parameters<Layer["call"]>[0]) {
      return ops.multiply(input, this.weight(input, "gain"));
    }
  }
  const twos = { name: "twos", options: {}, create: () => Float32Array.of(2, 2) };
  const model = sequential([new Priced({ inputShape: [2] })]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError" });
  const { loss } = await model.trainOnBatch(new Float32Array(2), new Float32Array(2));
  expect(loss).toBeCloseTo(0.5 * (4 + 4), 5);
  /* w − 0.1 · 2 · 0.5 · w */
  const [{ data }] = await model.getWeights();
  for (const value of data) expect(value).toBeCloseTo(1.8, 6);
});
