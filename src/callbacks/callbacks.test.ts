import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Callback, TrainedModel } from "../training/callback.ts";
import type { FitOptions } from "../training/fit-options.ts";
import type { EpochLogs, History } from "../training/history.ts";
import { loadModel } from "../training/load-model.ts";
import type { Model } from "../training/model.ts";
import type { ModelOptions } from "../training/model-options.ts";
import { sequential } from "../training/sequential.ts";
import * as callbacks from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-callbacks-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await disposeBackends();
});

/** Calls a callback with made-up epochs; the weights of epoch e are all e. */
async function play(callback: Callback, epochs: readonly EpochLogs[]) {
  let weights: Float32Array[] = [Float32Array.of(-1)];
  let epoch = 0;
  let isStopped = false;
  const rates: number[] = [];
  const model: TrainedModel = {
    learningRate: 1,
    getWeights: async () => [{ name: "w", shape: [1], data: weights[0] }],
    setWeights: async (given) => {
      weights = given.map((weight) => (weight instanceof Float32Array ? weight : weight.data));
    },
    save: async () => {},
  };
  const never = async (): Promise<never> => {
    throw new Error("not called");
  };
  const control = {
    model,
    stop() {
      isStopped = true;
    },
    swapAverages: never,
    checkpoint: never,
    restore: never,
  };
  await callback.onTrainBegin?.(control);
  for (; epoch < epochs.length && !isStopped; epoch++) {
    await callback.onEpochBegin?.(epoch, control);
    weights = [Float32Array.of(epoch)];
    await callback.onEpochEnd?.(epoch, epochs[epoch], control);
    rates.push(model.learningRate);
  }
  await callback.onTrainEnd?.({ stopReason: "completed" } as History, control);
  return { epochs: epoch, rates, weight: weights[0][0] };
}

const losses = (...values: number[]) => values.map((valLoss) => ({ valLoss, valAccuracy: -valLoss }));

describe("earlyStopping", () => {
  test.each([
    { name: "without patience at the first worse epoch", options: {}, loss: [3, 2, 2.5, 1], epochs: 3 },
    { name: "after as many as the patience", options: { patience: 2 }, loss: [3, 2, 2.5, 2.1, 1], epochs: 4 },
    {
      name: "improvement starts the patience anew",
      options: { patience: 2 },
      loss: [3, 4, 2, 3, 3, 1],
      epochs: 5,
    },
    { name: "small changes do not count", options: { minDelta: 0.5 }, loss: [3, 2.8, 1], epochs: 2 },
    { name: "not before startFromEpoch", options: { startFromEpoch: 3 }, loss: [1, 2, 3, 4, 5], epochs: 5 },
    {
      name: "unless better than the baseline",
      options: { patience: 2, baseline: 1 },
      loss: [3, 2, 1.5],
      epochs: 2,
    },
    { name: "accuracy should rise", options: { monitor: "valAccuracy" }, loss: [3, 2, 1, 2, 0], epochs: 4 },
    { name: "mode turns it round", options: { mode: "max" as const }, loss: [3, 4, 3, 9], epochs: 3 },
  ])("$name", async ({ options, loss, epochs }) => {
    expect((await play(callbacks.earlyStopping(options), losses(...loss))).epochs).toBe(epochs);
  });

  test("goes back to the best weights, also when the run was not stopped", async () => {
    const stop = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
    expect((await play(stop, losses(3, 1, 2, 2, 2, 2))).weight).toBe(1);
    expect((await play(stop, losses(3, 1, 2))).weight).toBe(1);
    const keep = callbacks.earlyStopping({ patience: 3 });
    expect((await play(keep, losses(3, 1, 2, 2, 2, 2))).weight).toBe(4);
  });

  test("says what there is to watch", async () => {
    await expect(play(callbacks.earlyStopping(), [{ loss: 1 }])).rejects.toThrow(
      'callbacks.earlyStopping: expected monitor to be one of loss, got "valLoss". Give fit validationData',
    );
    expect(() => callbacks.earlyStopping({ monitor: "fun" })).toThrow('mode "min" or "max"');
    expect(() => callbacks.earlyStopping({ patience: -1 })).toThrow(
      "patience to be a whole number ≥ 0, got -1",
    );
  });
});

describe("reduceLearningRateOnPlateau", () => {
  test.each([
    { options: { patience: 2, factor: 0.5 }, loss: [3, 3, 3, 2, 2, 2], rates: [1, 1, 0.5, 0.5, 0.5, 0.25] },
    {
      options: { patience: 1, factor: 0.5, cooldown: 2 },
      loss: [3, 3, 3, 3, 3],
      rates: [1, 0.5, 0.5, 0.25, 0.25],
    },
    {
      options: { patience: 1, factor: 0.1, minLearningRate: 0.05 },
      loss: [3, 3, 3, 3],
      rates: [1, 0.1, 0.05, 0.05],
    },
    { options: { patience: 1, factor: 0.5, minDelta: 1 }, loss: [3, 2.5, 1], rates: [1, 0.5, 0.5] },
  ])("$options", async ({ options, loss, rates }) => {
    expect((await play(callbacks.reduceLearningRateOnPlateau(options), losses(...loss))).rates).toEqual(
      rates,
    );
  });
});

test("learningRateScheduler sets the rate of each epoch", async () => {
  const halve = callbacks.learningRateScheduler((epoch, rate) => (epoch > 0 ? rate / 2 : rate));
  expect((await play(halve, losses(1, 1, 1))).rates).toEqual([1, 0.5, 0.25]);
});

const random = createRandom(1, "callbacks");
const x = Float32Array.from({ length: 70 * 6 }, () => random.normal());
const y = Uint8Array.from({ length: 70 }, (_, i) => (x[i * 6] + x[i * 6 + 1] > 0 ? 1 : 0));

function small(options: ModelOptions = {}): Model {
  const model = sequential(
    [
      layers.dense({ units: 8, activation: "relu", inputShape: [6] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 4, ...options },
  );
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

describe("files", () => {
  test("csvLogger writes a line an epoch, and goes on in an old file", async () => {
    const path = join(folder, "log.csv");
    const { loss } = await small().fit({ x, y }, { epochs: 2, callbacks: [callbacks.csvLogger({ path })] });
    const append = callbacks.csvLogger({ path, append: true });
    await small().fit({ x, y }, { epochs: 1, callbacks: [append] });
    const lines = (await readFile(path, "utf8")).split("\n");
    expect(lines[0]).toBe("epoch,accuracy,loss");
    expect(lines[2].split(",")[2]).toBe(String(loss[1]));
    expect(lines).toHaveLength(5);
    expect(lines[3]).toMatch(/^0,/);
  });

  test("modelCheckpoint saves what is best, or every epoch under its number", async () => {
    const path = join(folder, "best.safetensors");
    const model = small();
    let best = Number.POSITIVE_INFINITY;
    let expected = "";
    const watch: Callback = {
      async onEpochEnd(_epoch, { valLoss }) {
        if (valLoss >= best) return;
        best = valLoss;
        expected = await model.weightsSha256();
      },
    };
    await model.fit(
      { x, y },
      {
        epochs: 6,
        validationSplit: 0.3,
        callbacks: [
          watch,
          callbacks.modelCheckpoint({ path, saveBestOnly: true }),
          callbacks.modelCheckpoint({ path: join(folder, "at-{epoch:02d}-{loss:.1f}"), saveFrequency: 2 }),
        ],
      },
    );
    expect(await (await loadModel(path)).weightsSha256()).toBe(expected);
    expect((await readdir(folder)).filter((name) => /^at-0[1-6]-\d\.\d$/.test(name)).length).toBeGreaterThan(
      5,
    );
    const wrong = callbacks.modelCheckpoint({ path: join(folder, "{fun}") });
    await expect((async () => small().fit({ x, y }, { callbacks: [wrong] }))()).rejects.toThrow(
      "names in braces among epoch, loss, accuracy, got {fun}",
    );
  });

  test("terminateOnNan ends the run with the weights of before", async () => {
    const model = small();
    model.compile({ optimizer: sgd({ learningRate: 1e30 }), loss: "sparseCategoricalCrossentropy" });
    const history = await model.fit({ x, y }, { epochs: 5, callbacks: [callbacks.terminateOnNan()] });
    expect(history.stopReason).toBe("stopped");
    for (const { data } of await model.getWeights()) expect(data.every(Number.isFinite)).toBe(true);
  });
});

describe("backupAndRestore", () => {
  const options: FitOptions = { epochs: 6, batchSize: 8, validationSplit: 0.2 };
  const others = () => [
    callbacks.reduceLearningRateOnPlateau({ factor: 0.5, patience: 1 }),
    callbacks.earlyStopping({ patience: 4, restoreBestWeights: true }),
  ];
  const whole = async () => {
    const model = small();
    const history = await model.fit({ x, y }, { ...options, callbacks: others() });
    return {
      hash: await model.weightsSha256(),
      logs: history.logs,
      epoch: history.epoch,
      rate: model.learningRate,
    };
  };

  /** Breaks the run off after that many more steps; a new process would begin with a new model. */
  async function go(path: string, steps: number, saveFrequency: number | "epoch", throws: boolean) {
    const model = small({ threads: steps % 2 === 0 ? 1 : 2 });
    const controller = new AbortController();
    let taken = 0;
    const breakOff: Callback = {
      onBatchEnd() {
        if (++taken < steps) return;
        if (throws) throw new Error("the power is gone");
        controller.abort();
      },
    };
    const backup = callbacks.backupAndRestore({ path, saveFrequency });
    const run = model.fit(
      { x, y },
      { ...options, signal: controller.signal, callbacks: [backup, ...others(), breakOff] },
    );
    const history = await run.then(
      (result) => result,
      () => undefined,
    );
    if (history?.stopReason !== "completed") return undefined;
    return {
      hash: await model.weightsSha256(),
      logs: history.logs,
      epoch: history.epoch,
      rate: model.learningRate,
    };
  }

  test.each([
    { name: "broken off by a signal anywhere", saveFrequency: "epoch" as const, throws: false, steps: 5 },
    { name: "by an error, with a backup every 3 steps", saveFrequency: 3, throws: true, steps: 5 },
    { name: "by an error, with a backup every step", saveFrequency: 1, throws: true, steps: 3 },
    {
      name: "by an error, with a backup every epoch",
      saveFrequency: "epoch" as const,
      throws: true,
      steps: 11,
    },
  ])("a run $name ends with the same bits and reports", async ({ saveFrequency, throws, steps }) => {
    const path = join(folder, `backup-${saveFrequency}-${throws}`);
    let result: Awaited<ReturnType<typeof go>>;
    let pieces = 0;
    do result = await go(path, steps + (pieces % 3), saveFrequency, throws);
    while (!result && ++pieces < 60);
    expect(pieces).toBeGreaterThan(3);
    expect(result).toEqual(await whole());
    expect(await readdir(folder)).not.toContain(path.split("/").pop());
  });

  test("a checkpoint is a model as well, and other runs do not go on from it", async () => {
    const path = join(folder, "kept");
    const model = small();
    const keep = { ...options, callbacks: [callbacks.backupAndRestore({ path, deleteCheckpoint: false })] };
    await model.fit({ x, y }, keep);
    expect(await (await loadModel(path)).weightsSha256()).toBe(await model.weightsSha256());
    const again = small();
    expect((await again.fit({ x, y }, keep)).epoch).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await again.weightsSha256()).toBe(await model.weightsSha256());
    const other = async (made: Model, more: FitOptions) => made.fit({ x, y }, { ...keep, ...more });
    await expect(other(small(), { batchSize: 9 })).rejects.toThrow(
      "expected a run with batchSize 8, as it was, got 9",
    );
    await expect(other(small({ seed: 5 }), {})).rejects.toThrow(
      "expected a run with seed 4, as it was, got 5",
    );
    const sgdModel = small();
    sgdModel.compile({ optimizer: sgd({ momentum: 0.9 }), loss: "sparseCategoricalCrossentropy" });
    const untouched = await sgdModel.weightsSha256();
    await expect(other(sgdModel, {})).rejects.toThrow(
      "no such array. Compile the model as it was compiled then.",
    );
    expect(await sgdModel.weightsSha256()).toBe(untouched);
    await model.save(path, { format: "safetensors" });
    await expect(other(small(), {})).rejects.toThrow(
      "expected the progress of a run, got none: this is a model",
    );
  });
});
