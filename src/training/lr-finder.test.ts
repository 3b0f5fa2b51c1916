import { afterAll, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import { lrFinder } from "./lr-finder.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

/** Two clouds of points. */
const count = 400;
const x = Float32Array.from({ length: 2 * count }, (_, i) => {
  const side = Math.floor(i / 2) % 2 === 0 ? -1 : 1;
  return side * 0.5 + (((i * 7919) % 101) / 101 - 0.5);
});
const y = Uint8Array.from({ length: count }, (_, n) => n % 2);

function build() {
  const model = sequential(
    [
      layers.dense({ units: 8, activation: "relu", inputShape: [2] }),
      layers.batchNormalization(),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return model;
}

test("rates grow by the same factor, and the valley lies where the loss falls", async () => {
  const { rates, losses, smoothedLosses, suggestions } = await lrFinder(build(), { x, y }, { steps: 60 });
  expect(rates[0]).toBeCloseTo(1e-7, 12);
  const factors = rates.slice(1).map((rate, i) => rate / rates[i]);
  expect(Math.max(...factors) / Math.min(...factors)).toBeCloseTo(1, 6);
  expect(losses.length).toBe(rates.length);
  expect(suggestions?.valley).toBeGreaterThan(1e-4);
  expect(suggestions?.valley).toBeLessThan(1);
  expect(suggestions?.minimum).toBe(
    rates[smoothedLosses.indexOf(Math.min(...smoothedLosses.slice(6, -5)))] / 10,
  );
});

test("the model is as it was to the bit, and goes on as if nothing had happened", async () => {
  const [looked, other] = [build(), build()];
  await looked.fit({ x, y }, { epochs: 1 });
  await other.fit({ x, y }, { epochs: 1 });
  const before = await looked.weightsSha256();
  await lrFinder(looked, { x, y }, { steps: 30 });
  expect(await looked.weightsSha256()).toBe(before);
  expect(looked.learningRate).toBe(other.learningRate);
  await looked.fit({ x, y }, { epochs: 1 });
  await other.fit({ x, y }, { epochs: 1 });
  expect(await looked.weightsSha256()).toBe(await other.weightsSha256());
});

test("ends early where the loss explodes or is no number", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { rates } = await lrFinder(model, { x, y: Float32Array.from(y) }, { steps: 200, endRate: 1e6 });
  expect(rates.length).toBeLessThan(200);
  expect((await model.getWeights()).every(({ data }) => data.every(Number.isFinite))).toBe(true);
});

test.each([
  { options: { startRate: 0 }, message: "startRate to be a positive number, got 0" },
  { options: { endRate: 1e-8 }, message: "endRate to be above 1e-7, got 1e-8" },
  { options: { steps: 1 }, message: "steps to be a whole number ≥ 2, got 1" },
  { options: { stopFactor: 1 }, message: "stopFactor to be above 1, got 1" },
  { options: { rate: 1 }, message: 'a known option, got "rate"' },
])("$message", async ({ options, message }) => {
  await expect(lrFinder(build(), { x, y }, options as never)).rejects.toThrow(message);
});

test("wants a compiled model", async () => {
  const model = sequential([layers.dense({ units: 2, inputShape: [2] })]);
  await expect(lrFinder(model, { x, y })).rejects.toThrow("lrFinder: expected a compiled model");
});
