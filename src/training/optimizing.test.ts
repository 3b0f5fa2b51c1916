/** Optimizers as models use them: by name, with schedules, from files, in runs that are broken off. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { backupAndRestore } from "../callbacks/index.ts";
import { loadNamed } from "../core/name-table.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import * as ops from "../ops.ts";
import { optimizerCases } from "../optimizers/cases.ts";
import * as optimizers from "../optimizers/index.ts";
import { optimizerMakers } from "../optimizers/makers.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type OptimizerName, optimizerTable } from "../optimizers/table.ts";
import * as schedules from "../schedules/index.ts";
import type { Callback } from "./callback.ts";
import { loadModel } from "./load-model.ts";
import { sequential } from "./sequential.ts";
import { trainStep } from "./train-step.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-optimizing-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await disposeBackends();
});

const random = createRandom(1, "optimizing");
const x = Float32Array.from({ length: 40 * 6 }, () => random.normal());
const y = Uint8Array.from({ length: 40 }, (_, i) => (x[i * 6] > 0 ? 1 : 0));

function small(optimizer: OptimizerName | Optimizer) {
  const model = sequential(
    [
      layers.dense({ units: 8, activation: "tanh", inputShape: [6] }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 4 },
  );
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  return model;
}

const extended = optimizers.adam({
  learningRate: schedules.cosineDecay({ initialLearningRate: 0.05, decaySteps: 20 }),
  weightDecay: 0.01,
  clipNorm: 0.5,
  useEma: true,
  emaMomentum: 0.8,
  gradientAccumulationSteps: 3,
  learningRateMultipliers: { dense_1: 0.5 },
});
const made = [
  ...optimizerCases.map(({ title, make }) => ({ title, make })),
  { title: "adam with all there is", make: () => extended },
];

describe.each(made)("$title", ({ title, make }) => {
  test("goes on bit for bit where a run was broken off", async () => {
    const options = { epochs: 3, batchSize: 8 };
    const whole = small(make());
    const history = await whole.fit({ x, y }, options);
    const path = join(folder, title.replace(/\W/g, "-"));
    const controller = new AbortController();
    const abort: Callback = { onBatchEnd: (step) => (step === 2 ? controller.abort() : undefined) };
    const backup = () => backupAndRestore({ path });
    const { stopReason } = await small(make()).fit(
      { x, y },
      { ...options, signal: controller.signal, callbacks: [backup(), abort] },
    );
    expect(stopReason).toBe("aborted");
    const again = small(make());
    const resumed = await again.fit({ x, y }, { ...options, callbacks: [backup()] });
    expect(resumed.logs).toEqual(history.logs);
    expect(await again.weightsSha256()).toBe(await whole.weightsSha256());
  });

  test("is saved with the model, and trains on as before", async () => {
    const model = small(make());
    await model.trainOnBatch(x, y);
    const copy = await loadModel(await model.serialize());
    expect(copy.learningRate).toBe(model.learningRate);
    copy.compile({ optimizer: make(), loss: "sparseCategoricalCrossentropy" });
    const fresh = small(make());
    await fresh.setWeights(await copy.getWeights());
    for (const each of [copy, fresh]) await each.trainOnBatch(x, y);
    expect(await copy.weightsSha256()).toBe(await fresh.weightsSha256());
  });
});

test.each([...Object.keys(optimizerTable.common), ...optimizerTable.further] as OptimizerName[])(
  "%s by name lowers the loss, and is the same as the object",
  async (name) => {
    const make = (await loadNamed("test", optimizerMakers, name)) as () => Optimizer;
    const [named, object] = [small(name), small(make())];
    expect(named.learningRate).toBe(object.learningRate);
    const first = (await named.evaluate({ x, y })).loss;
    for (const model of [named, object]) await model.fit({ x, y }, { epochs: 10, batchSize: 8 });
    expect(await named.weightsSha256()).toBe(await object.weightsSha256());
    expect((await named.evaluate({ x, y })).loss).toBeLessThan(first);
  },
);

describe("schedules", () => {
  const falling = schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1 });

  test("set the rate of each step, are in the logs and cannot be overruled", async () => {
    const model = small(optimizers.sgd({ learningRate: falling }));
    expect(model.learningRate).toBe(1);
    const { logs } = await model.fit({ x, y }, { epochs: 2, batchSize: 20 });
    expect(logs.learningRate).toEqual([1 / 3, 1 / 5]);
    expect(model.learningRate).toBe(1 / 5);
    expect(() => {
      model.learningRate = 1;
    }).toThrow("learningRate: expected no other rate than the schedule's, got 1.");

    const byHand = small(optimizers.sgd({ learningRate: 1 }));
    const set: Callback = {
      onBatchEnd(step, _logs, control) {
        control.model.learningRate = [1 / 2, 1 / 3][step];
      },
    };
    await byHand.fit({ x, y }, { epochs: 1, batchSize: 20, callbacks: [set] });
    const once = small(optimizers.sgd({ learningRate: falling }));
    await once.fit({ x, y }, { epochs: 1, batchSize: 20 });
    expect(await once.weightsSha256()).toBe(await byHand.weightsSha256());
  });

  test("come back from files, also one's own", async () => {
    const model = small(optimizers.sgd({ learningRate: falling }));
    await model.fit({ x, y }, { epochs: 1, batchSize: 8 });
    const copy = await loadModel(await model.serialize());
    copy.compile({ optimizer: optimizers.sgd({ learningRate: falling }), loss: "meanSquaredError" });
    expect(copy.learningRate).toBe(1);
    const own: schedules.Schedule = { name: "halving", options: { rate: 2 }, at: (step) => 2 / 2 ** step };
    const bytes = await small(optimizers.adam({ learningRate: own })).serialize();
    const custom = { schedules: { halving: (options: { rate: number }) => ({ ...own, options }) } };
    expect((await loadModel(bytes, { custom: custom as never })).learningRate).toBe(2);
    const uncompiled = await loadModel(bytes);
    await expect(uncompiled.trainOnBatch(x, y)).rejects.toThrow("halving");
  });
});

describe("averages of the weights", () => {
  const weightsOf = async (epochs: number, useEma: boolean) => {
    const model = small(optimizers.sgd({ learningRate: 0.1, useEma, emaMomentum: 0.6 }));
    await model.fit({ x, y }, { epochs, batchSize: 40 });
    return (await model.getWeights()).flatMap(({ data }) => [...data]);
  };

  test("are what fit ends with", async () => {
    const raw = await Promise.all([1, 2, 3].map((epochs) => weightsOf(epochs, false)));
    const expected = raw[2].map((w, i) => 0.6 * (0.6 * raw[0][i] + 0.4 * raw[1][i]) + 0.4 * w);
    for (const [i, w] of (await weightsOf(3, true)).entries()) expect(w).toBeCloseTo(expected[i], 6);
  });
});

test("a step of one's own gives each optimizer its rate, options and schedule", async () => {
  const model = () => sequential([layers.dense({ units: 2, inputShape: [6] })], { seed: 3 });
  const [a, b] = [model(), model()];
  const step = trainStep({
    models: { a, b },
    optimizers: {
      a: optimizers.sgd({ learningRate: 0.5, clipValue: 1e-3 }),
      b: optimizers.sgd({
        learningRate: schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0 }),
      }),
    },
    samples: { x: [6] },
    losses: ({ samples, models }) => ({
      a: ops.reduceSum(ops.square(models.a(samples.x))),
      b: ops.reduceSum(ops.square(models.b(samples.x))),
    }),
  });
  const before = await step.getWeights();
  await step.fit({ x }, { epochs: 3, batchSize: 40 });
  const after = await step.getWeights();
  const moved = (name: string) => {
    const at = before.findIndex((weight) => weight.name === name);
    return before[at].data.map((value, i) => Math.abs(value - after[at].data[i]));
  };
  /* Three clipped steps; one whole step, as the rate is 0 behind it. */
  expect(Math.max(...moved("a/dense/kernel"))).toBeLessThanOrEqual(3 * 0.5e-3 + 1e-6);
  expect(Math.max(...moved("b/dense/kernel"))).toBeGreaterThan(1);
});
