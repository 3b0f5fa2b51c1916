import { afterAll, describe, expect, test } from "vitest";
import { article, images, relativeError, residual } from "../../test/explained-networks.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { placeOf } from "./arithmetic/places.ts";
import { explainGradient } from "./explain-gradient.ts";
import { gradientCheck } from "./gradient-check.ts";
import { gradients } from "./gradients.ts";
import { lossAlong } from "./loss-along.ts";
import { step } from "./step.ts";
import { trace } from "./trace.ts";

afterAll(() => disposeBackends());

describe("explainGradient", () => {
  test.each([
    { name: "the article's network", make: article, size: 784, labels: [7, 1] },
    { name: "a residual network", make: residual, size: 200, labels: [3, 1] },
  ])("has terms that add up to the gradient of every weight: $name", async ({ make, size, labels }) => {
    const model = make();
    const x = images(2, size);
    const { weights } = await gradients(model, x, labels);
    for (const { name, data, shape } of weights) {
      const largest = data.reduce((best, value, i) => (Math.abs(value) > Math.abs(data[best]) ? i : best), 0);
      const place = placeOf(shape, largest);
      const explained = await explainGradient(model, x, labels, { weight: name, place, terms: 5 });
      expect(explained.gradient, name).toBe(data[largest]);
      const listed = explained.terms.reduce((sum, { product }) => sum + product, 0);
      expect(Math.abs(listed + explained.rest - explained.total)).toBeLessThan(1e-9);
      const last = explained.steps[explained.steps.length - 1];
      expect(Math.abs(last.value - data[largest]), name).toBeLessThan(1e-4 * Math.abs(data[largest]));
    }
  });

  test("of a kernel are pixels times what came back to the sums", async () => {
    const model = article();
    const image = images(1, 784);
    const { layers: back } = await gradients(model, image, [4]);
    const sums = back.find(({ name }) => name === "conv2d")?.preActivation?.data ?? new Float32Array();
    const [i, j, unit] = [2, 0, 17];
    const expected: number[] = [];
    for (let y = 0; y < 26; y++)
      for (let x = 0; x < 26; x++)
        expected.push(Math.fround(image[(y + i) * 28 + x + j] * sums[(y * 26 + x) * 64 + unit]));
    const { terms, termCount, total, gradient } = await explainGradient(model, image, [4], {
      weight: "conv2d/kernel",
      place: [i, j, 0, unit],
      terms: 676,
    });
    expect(termCount).toBe(676);
    const bySize = (list: number[]) => [...list].sort((a, b) => Math.abs(b) - Math.abs(a));
    expect(terms.map(({ product }) => product)).toEqual(bySize(expected));
    expect(Math.abs(total - expected.reduce((a, b) => a + b))).toBeLessThan(1e-9);
    expect(Math.abs(total - gradient)).toBeLessThan(1e-5 * Math.abs(gradient) + 1e-9);
    const [{ operand, weight }] = terms;
    expect(operand.from.kind).toBe("input");
    expect(weight?.from).toMatchObject({ kind: "gradient", layer: "conv2d", of: "preActivation" });
  });

  test("refuses weights and places that do not exist", async () => {
    const ask = (weight: string, place: number[]) =>
      explainGradient(residual(), images(1, 200), [0], { weight, place });
    await expect(ask("stem/kernal", [0])).rejects.toThrow(/Did you mean "stem\/kernel"/);
    await expect(ask("norm/moving_mean", [0])).rejects.toThrow(/a weight that training changes/);
    await expect(ask("stem/kernel", [0, 0, 2, 0])).rejects.toThrow(/inside stem\/kernel, \[3, 3, 2, 8\]/);
  });
});

describe("gradientCheck", () => {
  test("finds every gradient of a residual network within a hundredth", async () => {
    const model = residual();
    const checks = await gradientCheck(model, images(2, 200), [0, 3], { samples: 40, seed: 3 });
    expect(new Set(checks.map(({ weight }) => weight)).size).toBeGreaterThan(6);
    for (const { weight, relativeError: error, kinks } of checks)
      if (kinks === 0) expect(error, weight).toBeLessThan(1e-2);
    expect(checks.filter(({ kinks }) => kinks === 0).length).toBeGreaterThan(30);
  });

  test("of the article's network stays within a hundredth, and leaves the weights alone", async () => {
    const model = article();
    const before = await model.weightsSha256();
    const places = { "conv2d/kernel": [0, 0, 0, 5], "conv2d_1/bias": [5], "dense_1/kernel": [0, 5] };
    for (const [weight, place] of Object.entries(places)) {
      const [check] = await gradientCheck(model, images(1, 784), [6], { weight, place: 5 });
      expect(check.place).toEqual(place);
      expect(check.relativeError, weight).toBeLessThan(1e-2);
    }
    expect(await model.weightsSha256()).toBe(before);
  });

  test("says how many units chose otherwise where the step crosses a kink", async () => {
    const [check] = await gradientCheck(residual(), images(1, 200), [0], {
      weight: "stem/bias",
      place: 0,
      epsilon: 2,
    });
    expect(check.kinks).toBeGreaterThan(0);
  });
});

describe("lossAlong", () => {
  test("is the loss of the model with its weights moved, which stay as they are", async () => {
    const model = residual();
    const [x, y] = [images(3, 200), [0, 1, 3]];
    const before = await model.weightsSha256();
    const { weights, loss } = await gradients(model, x, y);
    const losses = await lossAlong(model, x, y, { ts: [0, 0.25, 1] });
    expect(losses[0]).toBeCloseTo(loss, 6);
    expect(await model.weightsSha256()).toBe(before);
    for (const [i, t] of [0, 0.25, 1].entries()) {
      const moved = residual();
      const kept = await moved.getWeights();
      await moved.setWeights(
        kept.map((weight) => {
          const gradient = weights.find(({ name }) => name === weight.name)?.data;
          return { ...weight, data: weight.data.map((value, j) => value - t * (gradient?.[j] ?? 0)) };
        }),
      );
      expect(losses[i]).toBeCloseTo((await moved.evaluate({ x, y })).loss, 5);
    }
    expect(losses[1]).toBeLessThan(losses[0]);
  });

  test("moves only what a direction names", async () => {
    const model = residual();
    const [x, y] = [images(1, 200), [2]];
    const direction = [{ name: "classes/bias", data: Float32Array.of(0, 0, 1, 0) }];
    const { outputs } = await trace(model, x);
    const [p] = [outputs.classes.data[2]];
    const [loss] = await lossAlong(model, x, y, { ts: [1], direction });
    /* The logit of class 2 grows by 1: p becomes e·p / (1 − p + e·p). */
    expect(loss).toBeCloseTo(-Math.log((Math.E * p) / (1 - p + Math.E * p)), 5);
    const wrong = [{ name: "classes/bias", data: Float32Array.of(1) }];
    await expect(lossAlong(model, x, y, { ts: [1], direction: wrong })).rejects.toThrow(/4 numbers/);
    await expect(lossAlong(model, x, y, { ts: [] })).rejects.toThrow(/at least one/);
  });
});

describe("step", () => {
  test("shows weights before and after plain gradient descent", async () => {
    const model = article();
    model.learningRate = 0.125;
    const [x, y] = [images(2, 784), [1, 9]];
    const taken = await step(model, x, y);
    expect(taken.logs.loss).toBeCloseTo(taken.gradients.loss, 5);
    expect(taken.learningRate).toBe(0.125);
    for (const [i, { name, before, after }] of taken.weights.entries()) {
      const expected = before.data.map((value, j) => value - 0.125 * taken.gradients.weights[i].data[j]);
      expect(relativeError(after.data, expected), name).toBeLessThan(1e-6);
      expect(after.data).not.toEqual(before.data);
    }
  });

  test("takes itself back bit for bit, with what the optimizer keeps", async () => {
    const make = () => {
      const model = residual();
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      return model;
    };
    const [x, y] = [images(4, 200), [0, 1, 2, 3]];
    const model = make();
    const hash = await model.weightsSha256();
    const first = await step(model, x, y);
    expect(first.optimizer.length).toBeGreaterThan(0);
    expect(await model.weightsSha256()).not.toBe(hash);
    await first.undo();
    expect(await model.weightsSha256()).toBe(hash);
    await model.trainOnBatch(x, y);
    await model.trainOnBatch(x, y);
    const plain = make();
    await plain.trainOnBatch(x, y);
    await plain.trainOnBatch(x, y);
    expect(await model.weightsSha256()).toBe(await plain.weightsSha256());
  });
});
