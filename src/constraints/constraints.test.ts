import { afterAll, describe, expect, test } from "vitest";
import { compute } from "../arrays/compute.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { loadNamed, namesLoading } from "../core/name-table.ts";
import type { Constraint } from "./constraint.ts";
import * as constraints from "./index.ts";
import { constraintOf, constraintTable } from "./table.ts";

afterAll(() => disposeBackends());

/** Columns of lengths 5, 1 and 0.5, rows of others. */
const weight = [
  [3, 0.6, -0.3],
  [-4, -0.8, 0.4],
];
const epsilon = 1e-7;
const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** The weight with the length of each column, or of the whole, changed by `target`. */
function byLength(target: (length: number) => number, isWhole = false): number[] {
  const length = (numbers: readonly number[]) => Math.sqrt(numbers.reduce((sum, w) => sum + w * w, 0));
  const lengths = [0, 1, 2].map((j) => length(isWhole ? weight.flat() : weight.map((row) => row[j])));
  return weight.flatMap((row) => row.map((w, j) => (w * target(lengths[j])) / (epsilon + lengths[j])));
}

interface Row {
  readonly name: string;
  readonly make: () => Constraint;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: readonly number[];
}

/** One row at least for every constraint, with its formula written out. */
const rows: readonly Row[] = [
  {
    name: "maxNorm",
    make: () => constraints.maxNorm(),
    options: { maxValue: 2, axis: 0 },
    expected: byLength((length) => Math.min(length, 2)),
  },
  {
    name: "maxNorm",
    make: () => constraints.maxNorm({ maxValue: 0.75, axis: [0, 1] }),
    options: { maxValue: 0.75, axis: [0, 1] },
    expected: byLength((length) => Math.min(length, 0.75), true),
  },
  {
    name: "minMaxNorm",
    make: () => constraints.minMaxNorm(),
    options: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
    expected: byLength((length) => clip(length, 0, 1)),
  },
  {
    name: "minMaxNorm",
    make: () => constraints.minMaxNorm({ minValue: 0.75, maxValue: 2, rate: 0.25, axis: -2 }),
    options: { minValue: 0.75, maxValue: 2, rate: 0.25, axis: -2 },
    expected: byLength((length) => 0.25 * clip(length, 0.75, 2) + 0.75 * length),
  },
  {
    name: "nonNeg",
    make: () => constraints.nonNeg(),
    options: {},
    expected: weight.flat().map((w) => Math.max(w, 0)),
  },
  {
    name: "unitNorm",
    make: () => constraints.unitNorm(),
    options: { axis: 0 },
    expected: byLength(() => 1),
  },
  {
    name: "unitNorm",
    make: () => constraints.unitNorm({ axis: [1, 0] }),
    options: { axis: [1, 0] },
    expected: byLength(() => 1, true),
  },
];

describe.each(rows)("$name $options", ({ name, make, options, expected }) => {
  test("gives the weight that its formula says, on both backends", async () => {
    const constraint = make();
    for (const backend of ["reference", "wasm"] as const) {
      const { data, shape } = await compute((w) => constraint.write(w), [weight], { backend });
      expect(shape).toEqual([2, 3]);
      expect([...data]).toEqual(expected.map((w) => expect.closeTo(w, 5)));
    }
  });

  test("is saved by name and options", async () => {
    expect(make()).toMatchObject({ name, options });
    const again = constraintOf("test", { name, ...options });
    await namesLoading();
    const { data } = await compute((w) => again.write(w), [weight]);
    expect([...data]).toEqual(expected.map((w) => expect.closeTo(w, 5)));
  });

  test("leaves a weight of zeros as it is", async () => {
    const constraint = make();
    const { data } = await compute((w) => constraint.write(w), [[[0, 0, 0]]]);
    expect([...data]).toEqual([0, 0, 0]);
  });

  test("refuses an option it does not have", async () => {
    const factory = await loadNamed("test", constraintTable, name);
    expect(() => factory({ ...options, axes: 1 } as never)).toThrow(
      `constraints.${name}: expected a known option`,
    );
  });
});

test("every constraint has a row", async () => {
  const { further, load } = constraintTable;
  expect(Object.keys(await load()).sort()).toEqual([...further].sort());
  expect(Object.keys(constraints).sort()).toEqual([...further].sort());
  expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual([...further].sort());
});

describe("bad options", () => {
  test.each([
    {
      make: () => constraints.maxNorm({ maxValue: -1 }),
      message: "maxValue to be a finite number ≥ 0, got -1.",
    },
    {
      make: () => constraints.minMaxNorm({ rate: 2 }),
      message: "rate to be a finite number ≥ 0 and ≤ 1, got 2.",
    },
    {
      make: () => constraints.minMaxNorm({ minValue: 2 }),
      message: "minValue to be at most maxValue 1, got 2.",
    },
    {
      make: () => constraintOf("dense", "max_nrom" as never),
      message: 'dense: expected a known name, got "max_nrom". Did you mean "maxNorm"?',
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });

  test("an axis that the weight has not", async () => {
    const { write } = constraints.unitNorm({ axis: 2 });
    await expect(compute(write, [weight])).rejects.toThrow("expected an axis from -2 to 1, got 2.");
  });
});
