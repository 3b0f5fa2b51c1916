import { afterAll, describe, expect, test } from "vitest";
import { gradientErrors } from "../../test/central-differences.ts";
import { PreparedCase, relativeError } from "../../test/op-cases.ts";
import { compute } from "../arrays/compute.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createReference } from "../backends/reference/reference.ts";
import { WasmBackend } from "../backends/wasm/wasm.ts";
import { lower } from "../compiler/lower.ts";
import { loadNamed, namesLoading } from "../core/name-table.ts";
import { erf } from "../core/special-functions.ts";
import { gradients } from "../graph/gradients.ts";
import { Graph, type Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import * as activations from "./index.ts";
import { activationOf, activationTable } from "./table.ts";

const reference = createReference();
const wasm = new WasmBackend({ threads: 1 });
afterAll(async () => {
  await wasm.dispose();
  await disposeBackends();
});

interface Row {
  readonly name: keyof typeof activations;
  readonly options?: Readonly<Record<string, unknown>>;
  /** The formula for one number, or for a row of them. */
  readonly of?: (x: number) => number;
  readonly ofRow?: (row: readonly number[]) => number[];
}

const { exp, log, tanh, max, min, abs, sqrt } = Math;
const sigmoid = (x: number) => 1 / (1 + exp(-x));
const softplus = (x: number) => log(1 + exp(x));
const hardSigmoid = (x: number) => min(max(x + 3, 0), 6) / 6;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const softmax = (row: readonly number[]) => row.map((x) => exp(x) / sum(row.map(exp)));

/** By sorting, as Martins & Astudillo have it. */
function sparsemax(row: readonly number[]): number[] {
  const sorted = row.toSorted((a, b) => b - a);
  const k = sorted.filter((x, i) => 1 + (i + 1) * x > sum(sorted.slice(0, i + 1))).length;
  const threshold = (sum(sorted.slice(0, k)) - 1) / k;
  return row.map((x) => max(x - threshold, 0));
}

/** One row at least for every activation, with its formula written out. */
const rows: readonly Row[] = [
  { name: "linear", of: (x) => x },
  { name: "relu", of: (x) => max(x, 0) },
  { name: "relu", options: { maxValue: 1 }, of: (x) => min(max(x, 0), 1) },
  {
    name: "relu",
    options: { maxValue: 1.5, negativeSlope: 0.25, threshold: 0.5 },
    of: (x) => (x >= 1.5 ? 1.5 : x > 0.5 ? x : 0.25 * (x - 0.5)),
  },
  { name: "relu", options: { threshold: -1 }, of: (x) => (x > -1 ? x : 0) },
  { name: "relu6", of: (x) => min(max(x, 0), 6) },
  { name: "leakyRelu", of: (x) => (x > 0 ? x : 0.2 * x) },
  { name: "leakyRelu", options: { negativeSlope: 0.5 }, of: (x) => (x > 0 ? x : 0.5 * x) },
  { name: "elu", of: (x) => (x > 0 ? x : exp(x) - 1) },
  { name: "elu", options: { alpha: 0.5 }, of: (x) => (x > 0 ? x : 0.5 * (exp(x) - 1)) },
  { name: "celu", of: (x) => max(x, 0) + min(0, exp(x) - 1) },
  { name: "celu", options: { alpha: 2 }, of: (x) => max(x, 0) + min(0, 2 * (exp(x / 2) - 1)) },
  {
    name: "selu",
    of: (x) => 1.05070098735548 * (x > 0 ? x : 1.67326324235437 * (exp(x) - 1)),
  },
  { name: "exponential", of: exp },
  { name: "sigmoid", of: sigmoid },
  { name: "tanh", of: tanh },
  { name: "softplus", of: softplus },
  { name: "softsign", of: (x) => x / (1 + abs(x)) },
  { name: "silu", of: (x) => x * sigmoid(x) },
  { name: "swish", of: (x) => x * sigmoid(x) },
  { name: "gelu", of: (x) => (x / 2) * (1 + erf(x / sqrt(2))) },
  {
    name: "gelu",
    options: { approximate: true },
    of: (x) => (x / 2) * (1 + tanh(sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  },
  { name: "mish", of: (x) => x * tanh(softplus(x)) },
  { name: "logSigmoid", of: (x) => log(sigmoid(x)) },
  { name: "squareplus", of: (x) => (x + sqrt(x * x + 4)) / 2 },
  { name: "squareplus", options: { b: 1 }, of: (x) => (x + sqrt(x * x + 1)) / 2 },
  { name: "tanhShrink", of: (x) => x - tanh(x) },
  { name: "hardSigmoid", of: hardSigmoid },
  { name: "hardSilu", of: (x) => x * hardSigmoid(x) },
  { name: "hardSwish", of: (x) => x * hardSigmoid(x) },
  { name: "hardTanh", of: (x) => min(max(x, -1), 1) },
  { name: "hardShrink", of: (x) => (abs(x) > 0.5 ? x : 0) },
  { name: "hardShrink", options: { threshold: 1.25 }, of: (x) => (abs(x) > 1.25 ? x : 0) },
  { name: "softShrink", of: (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0) },
  {
    name: "softShrink",
    options: { threshold: 1 },
    of: (x) => (x > 1 ? x - 1 : x < -1 ? x + 1 : 0),
  },
  { name: "threshold", options: { threshold: 0.25, defaultValue: -2 }, of: (x) => (x > 0.25 ? x : -2) },
  { name: "sparsePlus", of: (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x) },
  { name: "sparseSigmoid", of: (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) / 2 : 1) },
  { name: "softmax", ofRow: softmax },
  { name: "logSoftmax", ofRow: (row) => softmax(row).map(log) },
  { name: "sparsemax", ofRow: sparsemax },
  { name: "glu", ofRow: ([a, b, c, d, e, f]) => [a * sigmoid(d), b * sigmoid(e), c * sigmoid(f)] },
];

type Write = (input: Value, options?: Readonly<Record<string, unknown>>) => Value;

const writers = { ...activations } as unknown as Readonly<Record<string, Write>>;

/** Numbers on both sides of every threshold of the table, none of them on one. */
const numbers = Float32Array.from({ length: 60 }, (_, i) => (((i * 23) % 60) - 29.6) / 4);
const shape = [10, 6];
const rowsOf = (array: Float32Array) =>
  Array.from({ length: 10 }, (_, i) => [...array.subarray(i * 6, (i + 1) * 6)]);

const ask = async (write: (x: Value) => Value, backend: "reference" | "wasm", data = numbers) =>
  (await compute(write, [{ data, shape }], { backend })).data;

describe.each(rows)("$name $options", ({ name, options, of, ofRow }) => {
  const write = writers[name];
  const expected = of
    ? [...numbers].map(of)
    : rowsOf(numbers).flatMap((row) => (ofRow as typeof softmax)(row));

  test("computes what its formula says, on both backends", async () => {
    const onReference = await ask((x) => write(x, options), "reference");
    expect(onReference.length).toBe(expected.length);
    for (const [i, value] of expected.entries())
      expect(Math.abs(onReference[i] - value)).toBeLessThanOrEqual(1e-6 * max(1, abs(value)));
    const onWasm = await ask((x) => write(x, options), "wasm");
    expect(relativeError(onWasm, expected)).toBeLessThanOrEqual(1e-6);
    const smallest = (x: number) => max(1e-3, abs(x));
    for (const [i, value] of expected.entries())
      expect(Math.abs(onWasm[i] - value) / smallest(value)).toBeLessThanOrEqual(1e-3);
  });

  test("has the gradient of its formula, on both backends", async () => {
    const prepared = new PreparedCase({
      name,
      inputs: [{ shape, fill: "normal" }],
      write: ([x]) => write(multiply(x, 2), options),
    });
    prepared.inputs.input0 = numbers.map((x) => x / 2);
    for (const error of Object.values(await gradientErrors(prepared, 60))) expect(error).toBeLessThan(1e-6);
    const [onReference, onWasm] = [await prepared.run(reference), await prepared.run(wasm)];
    for (const key of prepared.gradientNames)
      expect(relativeError(onWasm[key], onReference[key])).toBeLessThanOrEqual(2e-6);
  });

  test("stays finite far from 0, and so does its gradient", async () => {
    if (name === "exponential") return;
    const graph = new Graph();
    const x = graph.input("x", shape);
    const y = write(x, options);
    graph.output("value", y);
    graph.output("gradient", gradients(reduceSum(y), [x])[0]);
    const executable = await wasm.prepare(await lower(graph, wasm.tables));
    const { outputs } = await executable.run({ steps: 1, inputs: { x: numbers.map((n) => n * 1000) } });
    for (const output of Object.values(outputs)) for (const n of output) expect(n).toSatisfy(Number.isFinite);
    executable.dispose();
  });

  test("keeps a NaN", async () => {
    const withNaN = numbers.map((x, i) => (i === 8 ? Number.NaN : x));
    for (const backend of ["reference", "wasm"] as const) {
      const data = await ask((x) => write(x, options), backend, withNaN);
      /* Element 2 of the second row, which in a row of half the length stands elsewhere. */
      expect(data[name === "glu" ? 5 : 8]).toBeNaN();
    }
  });

  test("can be named, with its options", async () => {
    const activation = activationOf("test", options ? { name, ...options } : name);
    const configured = activationOf("test", { name, ...options });
    await namesLoading();
    const direct = await ask((x) => write(x, options), "wasm");
    expect(await ask(activation, "wasm")).toEqual(direct);
    expect(await ask(configured, "wasm")).toEqual(direct);
  });
});

test("every activation has a row", async () => {
  const { common, further, load } = activationTable;
  expect(Object.keys(await load()).sort()).toEqual([...further].sort());
  const all = [...Object.keys(common), ...further].sort();
  expect(Object.keys(activations).sort()).toEqual(all);
  expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual(all);
  for (const name of all) expect(await loadNamed("test", activationTable, name)).toBeTypeOf("function");
});

describe("along other axes", () => {
  const cube = Float32Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) / 3 - 1);
  /** Element [a, b, c] of [2, 3, 4]. */
  const at = (a: number, b: number, c: number) => (a * 3 + b) * 4 + c;
  const run = async (write: (x: Value) => Value) =>
    (await compute(write, [{ data: cube, shape: [2, 3, 4] }], { backend: "wasm" })).data;
  const middle = (ofRow: (row: readonly number[]) => number[]) => {
    const result = new Float32Array(24);
    for (let a = 0; a < 2; a++)
      for (let c = 0; c < 4; c++)
        for (const [b, y] of ofRow([0, 1, 2].map((b) => cube[at(a, b, c)])).entries())
          result[at(a, b, c)] = y;
    return [...result].map((x) => expect.closeTo(x, 5));
  };

  test("softmax, logSoftmax and sparsemax", async () => {
    expect([...(await run((x) => activations.softmax(x, { axis: 1 })))]).toEqual(middle(softmax));
    expect([...(await run((x) => activations.softmax(x, { axis: -2 })))]).toEqual(middle(softmax));
    expect([...(await run((x) => activations.logSoftmax(x, { axis: 1 })))]).toEqual(
      middle((row) => softmax(row).map(log)),
    );
    expect([...(await run((x) => activations.sparsemax(x, { axis: 1 })))]).toEqual(middle(sparsemax));
  });

  test("softmax over two of them", async () => {
    const both = await run((x) => activations.softmax(x, { axis: [0, 2] }));
    for (let b = 0; b < 3; b++) {
      const places = [0, 1].flatMap((a) => [0, 1, 2, 3].map((c) => at(a, b, c)));
      const expected = softmax(places.map((i) => cube[i]));
      expect(places.map((i) => both[i])).toEqual(expected.map((x) => expect.closeTo(x, 5)));
    }
  });

  test("glu", async () => {
    const gated = await run((x) => activations.glu(x, { axis: 0 }));
    expect([...gated]).toEqual(
      Array.from({ length: 12 }, (_, i) => expect.closeTo(cube[i] * sigmoid(cube[i + 12]), 5)),
    );
  });
});

test("sparsemax shares among equal numbers", async () => {
  const { data } = await compute(
    (x) => activations.sparsemax(x),
    [
      [
        [2, 2, 0, 2],
        [5, 0, 0, 0],
      ],
    ],
  );
  expect([...data]).toEqual([1 / 3, 1 / 3, 0, 1 / 3, 1, 0, 0, 0].map((x) => expect.closeTo(x, 6)));
});

describe("bad options", () => {
  const write = (activation: (x: Value) => Value) => async () => {
    await compute(activation, [[[1, 2, 3]]]);
  };
  test.each([
    {
      make: write((x) => activations.elu(x, { alfa: 1 } as never)),
      message: 'activations.elu: expected a known option, got "alfa". Did you mean "alpha"?',
    },
    {
      make: write((x) => activations.relu(x, { maxValue: -1 })),
      message: "activations.relu: expected maxValue ≥ 0, got -1.",
    },
    {
      make: write((x) => activations.leakyRelu(x, { negativeSlope: "0.1" as never })),
      message: 'activations.leakyRelu: expected negativeSlope to be a finite number, got "0.1".',
    },
    {
      make: write((x) => activations.threshold(x, { threshold: 1 } as never)),
      message: "activations.threshold: expected defaultValue to be a finite number, got NaN.",
    },
    {
      make: write((x) => activations.celu(x, { alpha: 0 })),
      message: "activations.celu: expected alpha to be a positive number, got 0.",
    },
    {
      make: write((x) => activations.softmax(x, { axis: 2 })),
      message: "activations.softmax: expected an axis from -2 to 1, got 2.",
    },
    {
      make: write((x) => activations.glu(x)),
      message: "activations.glu: expected axis 1 to have an even length, got [1, 3].",
    },
    {
      make: async () => activationOf("dense", "leaky_relo" as never),
      message: 'dense: expected a known name, got "leaky_relo". Did you mean "leakyRelu"?',
    },
    {
      make: async () => activationOf("dense", { alpha: 1 } as never),
      message: 'dense: expected a name, or an object with a name, got {"alpha":1}.',
    },
  ])("$message", async ({ make, message }) => {
    await expect(make()).rejects.toThrow(message);
  });
});
