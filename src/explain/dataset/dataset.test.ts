import { afterAll, describe, expect, test } from "vitest";
import { images, nested, residual } from "../../../test/explained-networks.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { dataset } from "../../data/dataset.ts";
import * as layers from "../../layers/index.ts";
import * as losses from "../../losses/index.ts";
import { sequential } from "../../training/sequential.ts";
import { trace } from "../trace.ts";
import { calibration } from "./calibration.ts";
import { confusion, mostConfused } from "./confusion.ts";
import { evaluateItems, type ItemResults } from "./evaluate-items.ts";
import { topImages } from "./top-images.ts";
import { topLosses } from "./top-losses.ts";

afterAll(() => disposeBackends());

const count = 37;
const set = dataset({
  x: images(count, 200, 8),
  y: Int32Array.from({ length: count }, (_, i) => (i * 7) % 4),
  sampleShape: [10, 10, 2],
  classNames: ["a", "b", "c", "d"],
});

/** Results whose numbers are easy to check by hand. */
function results(labels: number[], rows: number[][]): ItemResults {
  return {
    length: labels.length,
    labels: Int32Array.from(labels),
    predicted: Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
    probabilities: Float32Array.from(rows.flat()),
    classes: rows[0].length,
    losses: Float32Array.from(rows, (row, i) => -Math.log(row[labels[i]])),
  };
}

describe("evaluateItems", () => {
  test("says of each sample what predict says, and its loss; their mean is that of evaluate", async () => {
    const model = residual();
    const items = await evaluateItems(model, set, { batchSize: 16 });
    const { data } = await model.predict(set.x);
    expect(items.probabilities).toEqual(data);
    expect([...items.labels]).toEqual([...set.y]);
    expect(items.classNames).toEqual(["a", "b", "c", "d"]);
    for (let i = 0; i < count; i++) {
      const row = data.subarray(i * 4, i * 4 + 4);
      expect(items.predicted[i]).toBe(row.indexOf(Math.max(...row)));
      expect(items.losses[i]).toBeCloseTo(-Math.log(row[items.labels[i]]), 4);
    }
    const { loss, accuracy } = await model.evaluate(set);
    expect(items.losses.reduce((sum, value) => sum + value, 0) / count).toBeCloseTo(loss, 5);
    expect(confusion(items).accuracy.value).toBeCloseTo(accuracy, 6);
  });

  test("takes labels that are vectors, logits, and models that are not compiled", async () => {
    const make = (activation: "softmax" | "linear") =>
      sequential([layers.dense({ units: 3, activation, inputShape: [2] })], { seed: 6 });
    const x = images(5, 2);
    const y = [2, 0, 1, 1, 2];
    const plain = await evaluateItems(make("softmax"), { x, y });
    const vectors = make("linear");
    vectors.compile({ optimizer: "sgd", loss: losses.categoricalCrossentropy({ fromLogits: true }) });
    const oneHot = y.map((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const items = await evaluateItems(vectors, { x, y: oneHot });
    expect(items.labels).toEqual(plain.labels);
    expect(items.predicted).toEqual(plain.predicted);
    for (const [i, p] of plain.probabilities.entries()) expect(items.probabilities[i]).toBeCloseTo(p, 6);
    for (const [i, loss] of plain.losses.entries()) expect(items.losses[i]).toBeCloseTo(loss, 5);
  });

  test("tells two classes by one output", async () => {
    const model = sequential([layers.dense({ units: 1, activation: "sigmoid", inputShape: [2] })], {
      seed: 2,
    });
    model.compile({ optimizer: "sgd", loss: "binaryCrossentropy" });
    const x = images(6, 2).map((value) => value * 8 - 4);
    const { data } = await model.predict(x);
    const items = await evaluateItems(model, { x, y: [0, 1, 0, 1, 1, 0] });
    expect(items.classes).toBe(2);
    expect([...items.labels]).toEqual([0, 1, 0, 1, 1, 0]);
    for (const [i, p] of data.entries()) {
      expect(items.probabilities[2 * i + 1]).toBe(p);
      expect(items.probabilities[2 * i]).toBeCloseTo(1 - p, 6);
      expect(items.predicted[i]).toBe(p > 0.5 ? 1 : 0);
    }
  });

  test("refuses models that do not tell one class a sample", async () => {
    const model = sequential([layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [2, 2, 1] })]);
    await expect(evaluateItems(model, { x: images(1, 4), y: [0] })).rejects.toThrow(
      /one class for each sample/,
    );
    await expect(evaluateItems(residual(), { x: images(1, 200), y: [4] })).rejects.toThrow(/from 0 to 3/);
  });
});

const small = results(
  [0, 0, 1, 1, 1, 2, 2, 0],
  [
    [0.5, 0.25, 0.25],
    [0.25, 0.75, 0],
    [0.1, 0.8, 0.1],
    [0.9, 0.05, 0.05],
    [0.625, 0.25, 0.125],
    [0, 0, 1],
    [0.2, 0.7, 0.1],
    [0.4, 0.6, 0],
  ],
);

describe("topLosses", () => {
  test("lists samples by loss, right or wrong", () => {
    expect(topLosses(small, 4).map(({ index }) => index)).toEqual([3, 6, 1, 4]);
    const [worst] = topLosses(small, 1);
    expect(worst).toMatchObject({ index: 3, label: 1, predicted: 0 });
    expect(worst.probability).toBeCloseTo(0.9, 6);
    expect(worst.labelProbability).toBeCloseTo(0.05, 6);
    expect(() => topLosses(small, 0)).toThrow(/k to be a whole number/);
  });
});

describe("confusion", () => {
  test("counts truth by row and said by column, with scores and Wilson's intervals", () => {
    const { counts, shape, accuracy, classes, total } = confusion(small);
    expect([...counts]).toEqual([1, 2, 0, 2, 1, 0, 0, 1, 1]);
    expect({ shape, total }).toEqual({ shape: [3, 3], total: 8 });
    expect(accuracy.value).toBe(3 / 8);
    /* Of 3 in 8, from the formula as it stands in Wilson's paper, worked out by hand with z = 1.96. */
    expect(accuracy.low).toBeCloseTo(0.1368, 3);
    expect(accuracy.high).toBeCloseTo(0.6943, 3);
    expect(classes.map(({ support }) => support)).toEqual([3, 3, 2]);
    expect(classes.map(({ precision }) => precision.value)).toEqual([1 / 3, 1 / 4, 1]);
    expect(classes.map(({ recall }) => recall.value)).toEqual([1 / 3, 1 / 3, 1 / 2]);
    expect(classes[2].f1).toBeCloseTo(2 / 3, 12);
  });
});

describe("mostConfused", () => {
  test("lists the pairs with their samples, the largest loss first", () => {
    const mixups = mostConfused(small);
    expect(mixups.map(({ label, predicted, count: times }) => [label, predicted, times])).toEqual([
      [0, 1, 2],
      [1, 0, 2],
      [2, 1, 1],
    ]);
    expect(mixups[1].items.map(({ index }) => index)).toEqual([3, 4]);
    expect(mixups[1].share).toBeCloseTo(2 / 3, 12);
    expect(mostConfused(small, 1)).toHaveLength(1);
  });
});

describe("calibration", () => {
  test("compares how sure and how right the model is", () => {
    const { bins, expectedError, maximumError, brierScore } = calibration(
      results(
        [0, 0, 0, 1],
        [
          [0.875, 0.125],
          [1, 0],
          [0.375, 0.625],
          [0.25, 0.75],
        ],
      ),
      { bins: 4 },
    );
    expect(bins.map(({ count: n }) => n)).toEqual([0, 0, 2, 2]);
    expect(bins[2]).toMatchObject({ from: 0.5, to: 0.75, confidence: 0.6875, accuracy: 0.5 });
    expect(bins[3]).toMatchObject({ confidence: 0.9375, accuracy: 1 });
    expect(expectedError).toBeCloseTo((0.1875 + 0.0625) / 2, 12);
    expect(maximumError).toBeCloseTo(0.1875, 12);
    expect(brierScore).toBeCloseTo((2 * 0.125 ** 2 + 2 * 0.625 ** 2 + 2 * 0.25 ** 2) / 4, 12);
  });
});

describe("topImages", () => {
  test("finds the images and places where a unit is largest", async () => {
    const model = residual();
    const found = await topImages(model, set, { layer: "first", unit: 5, k: 4, batchSize: 10 });
    const all: { index: number; value: number; place: number[] }[] = [];
    for (let n = 0; n < count; n++) {
      const { layers: traced } = await trace(model, set.x.subarray(n * 200, (n + 1) * 200));
      const maps = traced.find(({ name }) => name === "first")?.output.data ?? new Float32Array();
      const values = Array.from({ length: 100 }, (_, i) => maps[i * 8 + 5]);
      const value = Math.max(...values);
      const at = values.indexOf(value);
      all.push({ index: n, value, place: [Math.floor(at / 10), at % 10] });
    }
    expect(found).toEqual(all.sort((a, b) => b.value - a.value).slice(0, 4));
  });

  test("takes units without places, and layers inside models", async () => {
    const x = images(4, 64);
    expect((await topImages(nested(), x, { layer: "twice", unit: 3 }))[0].place).toEqual([]);
    expect((await topImages(nested(), x, { layer: "encoder/pool", unit: 1, k: 2 }))[0].place).toHaveLength(2);
    await expect(topImages(nested(), x, { layer: "twice", unit: 27 })).rejects.toThrow(/below 27/);
  });
});
