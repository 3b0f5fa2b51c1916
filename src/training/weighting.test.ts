import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import { sparseCategoricalCrossentropy } from "../losses/crossentropy.ts";
import type { Loss, Reduction } from "../losses/loss.ts";
import { meanSquaredError } from "../losses/squared-error.ts";
import type { Metric } from "../metrics/metric.ts";
import * as ops from "../ops.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

const random = createRandom(1, "weighting");
const x = Float32Array.from({ length: 30 }, () => random.normal());
const y = Float32Array.from({ length: 10 }, () => random.normal());
const rate = 0.1;

function line(loss: Loss = meanSquaredError(), metrics: readonly Metric[] = []): Model {
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })], { seed: 2 });
  model.compile({ optimizer: sgd({ learningRate: rate }), loss, metrics, weightedMetrics: metrics });
  return model;
}

const reduced = (reduction: Reduction): Loss => ({ ...meanSquaredError(), reduction });

/** Squared errors of the samples under the first weights. */
async function errors(): Promise<number[]> {
  const { data } = await line().predict(x);
  return [...data].map((value, i) => (value - y[i]) ** 2);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const weights = [0, 1, 2, 0, 1, 3, 0.5, 1, 1, 0.5];

describe("sample weights", () => {
  test.each([
    { reduction: "sumOverBatchSize", divisor: 10 },
    { reduction: "meanWithSampleWeight", divisor: sum(weights) },
    { reduction: "sum", divisor: 1 },
  ] as const)("$reduction", async ({ reduction, divisor }) => {
    const expected = sum((await errors()).map((error, i) => error * weights[i])) / divisor;
    const { loss } = await line(reduced(reduction)).evaluate({ x, y, sampleWeight: weights });
    expect(loss).toBeCloseTo(expected, 4);
  });

  test("of 0 train as if the samples were not there", async () => {
    const some = weights.map((weight) => (weight > 0 ? 1 : 0));
    const kept = some.flatMap((weight, i) => (weight > 0 ? [i] : []));
    const weighted = line(reduced("meanWithSampleWeight"));
    await weighted.trainOnBatch(x, y, Float32Array.from(some));
    const fewer = line();
    await fewer.trainOnBatch(
      kept.flatMap((i) => [...x.subarray(i * 3, i * 3 + 3)]),
      kept.map((i) => y[i]),
    );
    const [a, b] = [await weighted.getWeights(), await fewer.getWeights()];
    for (const [i, { data }] of a.entries())
      for (const [j, value] of data.entries()) expect(value).toBeCloseTo(b[i].data[j], 5);
  });

  test("count in weighted metrics and not in the others", async () => {
    const error: Metric = {
      name: "error",
      write: (labels, output) => ops.reduceMean(ops.square(ops.subtract(labels, output)), { axes: -1 }),
    };
    const model = sequential([layers.dense({ units: 1, inputShape: [3] })], { seed: 2 });
    const weighted = { ...error, name: "weighted" };
    model.compile({
      optimizer: "sgd",
      loss: "meanSquaredError",
      metrics: [error],
      weightedMetrics: [weighted],
    });
    const logs = await model.evaluate({ x, y, sampleWeight: weights }, { batchSize: 4 });
    const all = await errors();
    expect(logs.error).toBeCloseTo(sum(all) / 10, 5);
    expect(logs.weighted).toBeCloseTo(sum(all.map((e, i) => e * weights[i])) / sum(weights), 5);
  });

  test.each([
    {
      sampleWeight: [1, 2],
      message: "fit sampleWeight: expected 10 numbers: a weight for each sample, got 2",
    },
    { sampleWeight: [...weights.slice(1), -1], message: "expected finite weights ≥ 0, got -1 for sample 9" },
  ])("$message", async ({ sampleWeight, message }) => {
    await expect((async () => line().fit({ x, y, sampleWeight }))()).rejects.toThrow(message);
  });

  test("a loss without reduction is refused", () => {
    expect(() => line(reduced("none"))).toThrow("expected a reduction to one number");
  });
});

describe("class weights", () => {
  const classes = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 2);
  const made = (): Model => {
    const model = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [3] })], {
      seed: 2,
    });
    model.compile({ optimizer: sgd({ learningRate: rate }), loss: sparseCategoricalCrossentropy() });
    return model;
  };
  const trained = async (run: (model: Model) => Promise<unknown>) => {
    const model = made();
    await run(model);
    return model.weightsSha256();
  };

  test("are weights of the samples of each class", async () => {
    const given = await trained(async (model) =>
      model.fit({ x, y: classes }, { classWeight: { 0: 0.5, 2: 4 }, batchSize: 5 }),
    );
    const sampleWeight = Float32Array.from(classes, (c) => [0.5, 1, 4][c]);
    expect(given).toBe(
      await trained(async (model) => model.fit({ x, y: classes, sampleWeight }, { batchSize: 5 })),
    );
  });

  test("balanced: as if every class had as many samples", async () => {
    const balanced = await trained(async (model) =>
      model.fit({ x, y: classes }, { classWeight: "balanced" }),
    );
    const sampleWeight = Float32Array.from(classes, (c) => 10 / (3 * [6, 3, 1][c]));
    expect(balanced).toBe(await trained(async (model) => model.fit({ x, y: classes, sampleWeight })));
  });

  test("multiply the samples' own weights, and do not count in validation", async () => {
    const sampleWeight = Float32Array.from(weights);
    const { valLoss } = await made().fit(
      { x, y: classes, sampleWeight },
      { classWeight: { 0: 100 }, validationSplit: 0.5, epochs: 1 },
    );
    expect(valLoss[0]).toBeLessThan(20);
  });
});

describe("predictions that do not count", () => {
  test("are neither in the sum nor in the number of samples", async () => {
    const ignoring: Loss = {
      ...sparseCategoricalCrossentropy(),
      ignoreClass: 255,
      write(labels, prediction) {
        const counts = ops.less(ops.cast(labels), 255);
        const known = ops.multiply(ops.cast(labels), counts);
        const targets = ops.oneHot(known, 2);
        const terms = ops.multiply(targets, ops.log(prediction.output));
        return ops.multiply(ops.negate(ops.reduceSum(terms, { axes: -1 })), counts);
      },
      mask: (labels) => ops.less(ops.cast(labels), 255),
    };
    const model = sequential([layers.dense({ units: 2, activation: "softmax", inputShape: [3] })], {
      seed: 2,
    });
    model.compile({ optimizer: "sgd", loss: ignoring });
    const few = await model.evaluate({ x: x.subarray(0, 6), y: Uint8Array.of(0, 1) });
    const all = await model.evaluate({ x: x.subarray(0, 12), y: Uint8Array.of(0, 1, 255, 255) });
    expect(all.loss).toBeCloseTo(few.loss, 6);
  });
});

describe("metrics", () => {
  test("may add up totals, or keep all predictions in the order of the samples", async () => {
    const totals: Metric = {
      name: "rootMeanSquare",
      write: (labels, output) => ({
        squares: ops.reduceSum(ops.square(ops.subtract(labels, output)), { axes: 0 }),
      }),
      result: ({ squares }) => Math.sqrt(squares[0] / 10),
    };
    const seen: number[][] = [];
    const all: Metric = {
      name: "largest",
      collects: true,
      write: (labels, output) => ({ labels, output }),
      result({ labels, output }) {
        seen.push([...labels]);
        return Math.max(...output);
      },
    };
    const model = line(meanSquaredError());
    model.compile({
      optimizer: sgd({ learningRate: 1e-30 }),
      loss: "meanSquaredError",
      metrics: [totals, all],
    });
    const logs = await model.evaluate({ x, y }, { batchSize: 4 });
    const { data } = await model.predict(x);
    expect(logs.rootMeanSquare).toBeCloseTo(Math.sqrt(sum(await errors()) / 10), 5);
    expect(logs.largest).toBe(Math.max(...data));
    expect(seen).toEqual([[...y]]);
    const history = await model.fit({ x, y }, { shuffle: false, batchSize: 3 });
    expect(history.logs.largest[0]).toBe(logs.largest);
  });
});
