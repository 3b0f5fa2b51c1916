import { afterAll, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { sequential } from "../training/sequential.ts";
import * as layers from "./index.ts";

afterAll(() => disposeBackends());

/** [2, 3, 4], different everywhere. */
const x = Float32Array.from({ length: 24 }, (_, i) => ((i * 7) % 13) / 3 - 2 + i / 10);

/** Each set of places normalized by itself. */
function normalized(sets: readonly (readonly number[])[], epsilon: number): number[] {
  const y = new Array<number>(24).fill(Number.NaN);
  for (const set of sets) {
    const mean = set.reduce((sum, i) => sum + x[i], 0) / set.length;
    const variance = set.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / set.length;
    for (const i of set) y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon);
  }
  return y;
}

const all = [...x.keys()];
const setsBy = (key: (n: number, y: number, c: number) => string): number[][] => {
  const sets = new Map<string, number[]>();
  for (const i of all) {
    const name = key(Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4);
    sets.set(name, [...(sets.get(name) ?? []), i]);
  }
  return [...sets.values()];
};

test.each([
  {
    name: "layer, the last axis",
    layer: () => layers.layerNormalization({ inputShape: [3, 4] }),
    expected: normalized(
      setsBy((n, y) => `${n} ${y}`),
      0.001,
    ),
  },
  {
    name: "layer, all axes",
    layer: () => layers.layerNormalization({ axis: [1, 2], epsilon: 0.5, inputShape: [3, 4] }),
    expected: normalized(
      setsBy((n) => `${n}`),
      0.5,
    ),
  },
  {
    name: "group, two of two channels",
    layer: () => layers.groupNormalization({ groups: 2, inputShape: [3, 4] }),
    expected: normalized(
      setsBy((n, _, c) => `${n} ${c >> 1}`),
      0.001,
    ),
  },
  {
    name: "instance",
    layer: () => layers.groupNormalization({ groups: -1, inputShape: [3, 4] }),
    expected: normalized(
      setsBy((n, _, c) => `${n} ${c}`),
      0.001,
    ),
  },
])("$name: mean 0 and variance 1 by the formula", async ({ layer, expected }) => {
  const { data } = await sequential([layer()]).predict(x);
  expect([...data]).toEqual(expected.map((value) => expect.closeTo(value, 4)));
});

test("root mean square and unit length by their formulas", async () => {
  const rows = setsBy((n, y) => `${n} ${y}`);
  const divided = (length: (squares: number, count: number) => number) => {
    const y = new Array<number>(24);
    for (const set of rows) {
      const squares = set.reduce((sum, i) => sum + x[i] ** 2, 0);
      for (const i of set) y[i] = x[i] / length(squares, set.length);
    }
    return y.map((value) => expect.closeTo(value, 5));
  };
  const rms = await sequential([layers.rmsNormalization({ epsilon: 0.5, inputShape: [3, 4] })]).predict(x);
  expect([...rms.data]).toEqual(divided((squares, count) => Math.sqrt(squares / count + 0.5)));
  const unit = await sequential([layers.unitNormalization({ inputShape: [3, 4] })]).predict(x);
  expect([...unit.data]).toEqual(divided((squares) => Math.sqrt(squares)));
});

test("spatial dropout and drop path keep or drop all of a channel, or of a sample", async () => {
  /* Every part that is kept sums to 2 · 50, so the squared mean over each tells whole parts from scattered numbers. */
  const rows = [
    {
      layer: layers.spatialDropout1d({ rate: 0.5, inputShape: [50, 40] }),
      pool: layers.globalAveragePooling1d(),
    },
    { layer: layers.dropPath({ rate: 0.5, inputShape: [50, 40] }), pool: layers.globalAveragePooling1d() },
  ];
  for (const { layer, pool } of rows) {
    const model = sequential([layer, pool]);
    const ones = new Float32Array(200 * 2000).fill(1);
    expect([...new Set((await model.predict(ones)).data)]).toEqual([expect.closeTo(1, 5)]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const { loss } = await model.trainOnBatch(ones, new Float32Array(200 * 40).fill(1));
    /* Means of 0 or 2 are 1 away from 1; those of scattered numbers would be 0.02. */
    expect(loss).toBeCloseTo(1, 3);
  }
});

test("activity has its price", async () => {
  const model = sequential([layers.activityRegularization({ l1: 0.5, l2: 0.25, inputShape: [3] })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const numbers = [1, -2, 3, 0, 1, -1];
  const { loss } = await model.evaluate({ x: numbers, y: numbers });
  expect(loss).toBeCloseTo(0.5 * 8 + 0.25 * 16, 4);
});

test("gaussian noise and dropout have their deviations in training and do nothing otherwise", async () => {
  const ones = new Float32Array(8000).fill(1);
  const rows = [
    /* Against targets of 1 the loss is the variance. */
    { layer: layers.gaussianNoise({ stddev: 0.5, inputShape: [2000] }), variance: 0.25 },
    { layer: layers.gaussianDropout({ rate: 0.2, inputShape: [2000] }), variance: 0.25 },
  ];
  for (const { layer, variance } of rows) {
    const model = sequential([layer]);
    expect([...new Set((await model.predict(ones)).data)]).toEqual([1]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const { loss } = await model.trainOnBatch(ones, ones);
    expect(loss / variance).toBeCloseTo(1, 1);
  }
});

test("bad options", () => {
  expect(() => layers.groupNormalization({ groups: 0 })).toThrow(
    "groups to be a whole number ≥ 1, or −1, got 0.",
  );
  expect(() => sequential([layers.groupNormalization({ groups: 3, inputShape: [4] })])).toThrow(
    "3 groups to divide the 4 channels, got [4].",
  );
  expect(() => sequential([layers.permute({ dims: [1, 1], inputShape: [2, 3] })])).toThrow(
    "a sample with the axes [1,1], each once and counted from 1, got [2, 3].",
  );
  expect(() => layers.gaussianDropout({ rate: 1 })).toThrow(
    "rate to be a finite number ≥ 0 and ≤ 0.999, got 1.",
  );
});
