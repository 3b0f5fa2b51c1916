import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import { dataset } from "../data/dataset.ts";
import * as layers from "../layers/index.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Callback } from "./callback.ts";
import type { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";
import type { TrainEvent } from "./run.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

/** Pictures 8 × 8 whose bright half (left, right, top, bottom) is the class. */
function halves(count: number, seed = 1) {
  const random = createRandom(seed, "halves");
  const x = new Float32Array(count * 64);
  const y = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    y[n] = random.below(4);
    for (let i = 0; i < 64; i++) {
      const isBright = [i % 8 < 4, i % 8 >= 4, i < 32, i >= 32][y[n]];
      x[n * 64 + i] = (isBright ? 1 : 0) + 0.5 * random.normal();
    }
  }
  return dataset({ x, y, sampleShape: [8, 8, 1] });
}

function small(options: ModelOptions = {}): Model {
  const model = sequential(
    [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1] }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 4, activation: "softmax" }),
    ],
    { seed: 1, threads: 2, ...options },
  );
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

const train = halves(330);
const test_ = halves(100, 2);

describe("fit", () => {
  test("learns, and reports every epoch in the history", async () => {
    const model = small();
    const history = await model.fit(train, { epochs: 4, validationData: test_ });
    expect(history.epoch).toEqual([0, 1, 2, 3]);
    expect(history.loss[3]).toBeLessThan(history.loss[0]);
    expect(history.accuracy[3]).toBeGreaterThan(0.95);
    expect(history.valAccuracy[3]).toBeGreaterThan(0.95);
    expect(history.stopReason).toBe("completed");
    const { loss, accuracy } = await model.evaluate(test_);
    expect(loss).toBe(history.valLoss[3]);
    expect(accuracy).toBe(history.valAccuracy[3]);
  });

  test("many more threads than cores end, with the bits of one", async () => {
    const hashes = new Set<string>();
    for (const threads of [1, 16]) {
      const model = sequential(
        [
          layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
          layers.maxPooling2d(),
          layers.flatten(),
          layers.dense({ units: 4, activation: "softmax" }),
        ],
        { threads },
      );
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
      const x = Uint8Array.from({ length: 192 * 784 }, (_, i) => (i * i) % 251);
      await model.fit({ x, y: Uint8Array.from({ length: 192 }, (_, i) => i % 4) }, { batchSize: 32 });
      expect((await model.backend()).threads).toBe(threads);
      hashes.add(await model.weightsSha256());
    }
    expect(hashes.size).toBe(1);
  });

  test("the same seed gives the same bits on any number of threads and on one without sharing", async () => {
    const hashes = new Set<string>();
    for (const threads of [1, 2, 3, 5]) {
      const model = small({ threads });
      await model.fit(train, { epochs: 2, batchSize: 32 });
      hashes.add(await model.weightsSha256());
    }
    expect(hashes.size).toBe(1);
    const other = small({ seed: 2 });
    await other.fit(train, { epochs: 2 });
    expect(hashes.has(await other.weightsSha256())).toBe(false);
  });

  test("trains as the reference backend does", async () => {
    const few = halves(40, 3);
    const losses = await Promise.all(
      (["wasm", "reference"] as const).map(async (backend) => {
        const model = small({ backend });
        return (await model.fit(few, { epochs: 2, batchSize: 16 })).loss;
      }),
    );
    for (const [i, loss] of losses[1].entries()) expect(losses[0][i]).toBeCloseTo(loss, 4);
  });

  test("the mean over an epoch counts every sample once, the last smaller batch too", async () => {
    const model = small();
    model.compile({
      optimizer: sgd({ learningRate: 1e-30 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const still = sequential(
      [layers.flatten({ inputShape: [8, 8, 1] }), layers.dense({ units: 4, activation: "softmax" })],
      { seed: 5 },
    );
    still.compile({
      optimizer: sgd({ learningRate: 1e-30 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const history = await still.fit(halves(37), { batchSize: 8 });
    const alone = await still.evaluate(halves(37), { batchSize: 37 });
    expect(history.loss[0]).toBeCloseTo(alone.loss, 6);
    expect(history.accuracy[0]).toBe(alone.accuracy);
  });

  test("shuffle: false keeps the order, and epochs are shuffled differently", async () => {
    const seen: number[][] = [];
    const model = sequential([layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" })], {
      seed: 3,
    });
    const order = async (shuffle: boolean) => {
      model.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: "meanSquaredError" });
      const losses: number[] = [];
      let total = 0;
      const watch: Callback = {
        onEpochBegin: () => {
          total = 0;
        },
        onBatchEnd: (step, logs) => {
          losses.push(Math.round(logs.loss * (step + 1) - total));
          total = logs.loss * (step + 1);
        },
      };
      await model.fit(
        { x: [1, 2, 3, 4, 5, 6], y: [1, 2, 3, 4, 5, 6] },
        { epochs: 2, batchSize: 1, shuffle, callbacks: [watch] },
      );
      seen.push(losses);
    };
    await order(false);
    expect(seen[0]).toEqual([1, 4, 9, 16, 25, 36, 1, 4, 9, 16, 25, 36]);
    await order(true);
    expect(seen[1].slice(0, 6)).not.toEqual(seen[1].slice(6));
    expect([...seen[1].slice(0, 6)].sort((a, b) => a - b)).toEqual([1, 4, 9, 16, 25, 36]);
    await order(true);
    expect(seen[2]).toEqual(seen[1]);
  });

  test("validationSplit takes the last samples and never trains on them", async () => {
    const model = small();
    const history = await model.fit(train, { validationSplit: 0.2 });
    expect(history.valLoss).toHaveLength(1);
    const kept = small();
    const part = dataset({ x: train.x.slice(0, 264 * 64), y: train.y.slice(0, 264), sampleShape: [8, 8, 1] });
    await kept.fit(part);
    expect(await model.weightsSha256()).toBe(await kept.weightsSha256());
  });

  test("going on with initialEpoch is the same as not having stopped", async () => {
    const whole = small();
    await whole.fit(train, { epochs: 3 });
    const parts = small();
    await parts.fit(train, { epochs: 1 });
    await parts.fit(train, { epochs: 3, initialEpoch: 1 });
    expect(await parts.weightsSha256()).toBe(await whole.weightsSha256());
  });

  test("more samples than a batch holds, fewer, exactly as many, and none too many epochs", async () => {
    for (const count of [1, 31, 32, 33]) {
      const history = await small().fit(halves(count), { epochs: 1 });
      expect(history.loss[0]).toBeGreaterThan(0);
    }
    expect((await small().fit(train, { epochs: 0 })).epoch).toEqual([]);
  });
});

describe("a run", () => {
  test("can be iterated: progress, then the end of each epoch, in order", async () => {
    const events: TrainEvent[] = [];
    const run = small().fit(train, { epochs: 2 });
    for await (const event of run) events.push(event);
    expect(events.filter(({ type }) => type === "epochEnd").map(({ epoch }) => epoch)).toEqual([0, 1]);
    const history = await run;
    const ends = events.flatMap((event) => (event.type === "epochEnd" ? [event.logs.loss] : []));
    expect(ends).toEqual(history.loss);
  });

  test("keeps the events of epochs for whoever comes late", async () => {
    const run = small().fit(train, { epochs: 2 });
    await run;
    const types: string[] = [];
    for await (const event of run) types.push(event.type);
    expect(types).toEqual(["epochEnd", "epochEnd"]);
  });

  test("ends at a signal after the step that is under way, and keeps the weights", async () => {
    const controller = new AbortController();
    const model = small();
    const before = await model.weightsSha256();
    let steps = 0;
    const stop: Callback = {
      onBatchEnd() {
        if (++steps === 3) controller.abort();
      },
    };
    const history = await model.fit(train, { epochs: 5, signal: controller.signal, callbacks: [stop] });
    expect(steps).toBe(3);
    expect(history).toMatchObject({ stopReason: "aborted", epoch: [] });
    expect(await model.weightsSha256()).not.toBe(before);
  });

  test("ends when a callback stops it, after the epoch", async () => {
    const calls: string[] = [];
    const once: Callback = {
      onTrainBegin: () => void calls.push("begin"),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onEpochEnd(_epoch, logs, control) {
        calls.push(Object.keys(logs).join());
        control.stop();
      },
      onTrainEnd: (history) => void calls.push(history.stopReason),
    };
    await small().fit(train, { epochs: 5, callbacks: [once] });
    expect(calls).toEqual(["begin", "epoch 0", "loss,accuracy", "stopped"]);
  });

  test("a callback can lower the learning rate", async () => {
    const model = small();
    const freeze: Callback = {
      onEpochBegin(_epoch, control) {
        control.model.learningRate = 1e-30;
      },
    };
    await model.fit(train, { epochs: 1, callbacks: [freeze] });
    const [kernel] = await model.getWeights();
    expect(kernel).toEqual((await small().getWeights())[0]);
  });

  test("a loss that is not finite ends the run and leaves the weights of before that step", async () => {
    const x = new Float32Array(train.x.length).fill(1);
    const model = small();
    model.compile({ optimizer: sgd({ learningRate: 1e30 }), loss: "sparseCategoricalCrossentropy" });
    await expect(model.fit({ x, y: train.y }, { epochs: 2 })).rejects.toThrow(
      /epoch 1, step \d+: expected a finite loss, got (NaN|Infinity) \(the last finite one was/,
    );
    const weights = await model.getWeights();
    expect(weights.every(({ data }) => data.every((value) => Number.isFinite(value)))).toBe(true);
  });

  test("predict and evaluate work while it goes on", async () => {
    const model = small();
    const run = model.fit(train, { epochs: 3 });
    const [prediction, logs] = await Promise.all([model.predict(test_.x), model.evaluate(test_)]);
    expect(prediction.shape).toEqual([100, 4]);
    expect(logs.loss).toBeGreaterThan(0);
    await run;
  });
});

describe("what does not fit is refused before the first step", () => {
  const model = () => small();
  test.each([
    {
      name: "samples of another shape",
      run: () => model().fit(dataset({ x: new Float32Array(70), y: [0], sampleShape: [7, 10] })),
      message: "fit x: expected samples [8, 8, 1], as conv2d takes, got [7, 10].",
    },
    {
      name: "numbers that are no whole samples",
      run: () => model().fit({ x: new Float32Array(65), y: [0] }),
      message: "fit x: expected a multiple of 64 numbers, for samples [8, 8, 1], got 65 numbers.",
    },
    {
      name: "too few labels",
      run: () => model().fit({ x: new Float32Array(128), y: [0] }),
      message:
        "fit y: expected 2 numbers: labels [2] for sparseCategoricalCrossentropy, got 1 numbers for 2 samples.",
    },
    {
      name: "one-hot labels for a sparse loss",
      run: () => model().fit({ x: new Float32Array(64), y: [0, 0, 1, 0] }),
      message: 'use "categoricalCrossentropy"',
    },
    {
      name: "a label out of range",
      run: () => model().fit({ x: new Float32Array(192), y: [0, 3, 4] }),
      message: "fit y: expected class numbers from 0 to 3, got 4 for sample 2.",
    },
    {
      name: "a negative label",
      run: () => model().fit({ x: new Float32Array(64), y: [-1] }),
      message: "got -1 for sample 0",
    },
    {
      name: "a broken label",
      run: () => model().fit({ x: new Float32Array(64), y: [0.5] }),
      message: "got 0.5 for sample 0",
    },
    {
      name: "a number that is none",
      run: () => model().fit({ x: new Float32Array(128).fill(Number.NaN, 70, 71), y: [0, 1] }),
      message: "fit x: expected finite numbers, got NaN in sample 1, element 6.",
    },
    {
      name: "an unknown option",
      run: () => model().fit(train, { epoch: 3 } as never),
      message: 'fit: expected a known option, got "epoch". Did you mean "epochs"?',
    },
    {
      name: "a batch size of nothing",
      run: () => model().fit(train, { batchSize: 0 }),
      message: "fit: expected batchSize to be a whole number ≥ 1, got 0.",
    },
    {
      name: "a split that leaves nothing",
      run: () => model().fit(halves(1), { validationSplit: 0.5 }),
      message: "fit: expected validationSplit to leave samples on both sides",
    },
    {
      name: "a model that was not compiled",
      run: () => sequential([layers.dense({ units: 1, inputShape: [1] })]).fit({ x: [1], y: [1] }),
      message: "fit: expected a compiled model",
    },
  ])("$name", async ({ run, message }) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });

  test("class numbers for a loss on vectors", async () => {
    const vectors = small();
    vectors.compile({ optimizer: "adam", loss: "categorical_crossentropy" });
    await expect((async () => vectors.fit(train))()).rejects.toThrow('use "sparseCategoricalCrossentropy"');
  });

  test("a second run at the same time", async () => {
    const busy = small();
    const run = busy.fit(train);
    expect(() => busy.fit(train)).toThrow("fit: expected one run at a time");
    await run;
  });
});
