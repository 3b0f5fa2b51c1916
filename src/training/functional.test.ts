import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import { sgd } from "../optimizers/sgd.ts";
import { model } from "./functional.ts";
import { loadModel } from "./load-model.ts";
import type { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

const numbers = (length: number, seed = 1): Float32Array => {
  const random = createRandom(seed, "numbers");
  return Float32Array.from({ length }, () => random.normal());
};

/** Two towers with shared weights, and two outputs. */
function towers(options: ModelOptions = {}): Model {
  const left = input({ shape: [6], name: "left" });
  const right = input({ shape: [6], name: "right" });
  const shared = layers.dense({ units: 5, activation: "tanh", name: "shared" });
  const both = layers.concatenate().apply([shared.apply(left), shared.apply(right)]);
  const kind = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(both);
  const size = layers.dense({ units: 1, name: "size" }).apply(both);
  return model({ inputs: [left, right], outputs: [kind, size], seed: 3, ...options });
}

const samples = {
  x: { left: numbers(20 * 6, 2), right: numbers(20 * 6, 3) },
  y: { kind: Uint8Array.from({ length: 20 }, (_, i) => i % 3), size: numbers(20, 4) },
};

const compiled = (options: ModelOptions = {}): Model => {
  const made = towers(options);
  made.compile({
    optimizer: sgd({ learningRate: 0.1 }),
    loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
    lossWeights: { size: 0.5 },
    metrics: { kind: ["accuracy"] },
  });
  return made;
};

describe("several inputs and outputs", () => {
  test("the loss is the weighted sum of the outputs' losses, and each is reported", async () => {
    const { loss, kindLoss, sizeLoss, kindAccuracy, ...others } = await compiled().evaluate(samples);
    expect(loss).toBeCloseTo(kindLoss + 0.5 * sizeLoss, 5);
    expect(kindAccuracy).toBeGreaterThanOrEqual(0);
    expect(others).toEqual({});
  });

  test("learn together, with validation, on both backends alike", async () => {
    const run = async (backend: "wasm" | "reference") => {
      const made = compiled({ backend });
      return made.fit(samples, { epochs: 3, batchSize: 6, validationSplit: 0.2 });
    };
    const [wasm, reference] = [await run("wasm"), await run("reference")];
    expect(wasm.loss[2]).toBeLessThan(wasm.loss[0]);
    expect(Object.keys(wasm.logs)).toEqual([
      "loss",
      "kindLoss",
      "sizeLoss",
      "kindAccuracy",
      "valLoss",
      "valKindLoss",
      "valSizeLoss",
      "valKindAccuracy",
    ]);
    for (const [key, values] of Object.entries(reference.logs))
      for (const [i, value] of values.entries()) expect(wasm.logs[key][i]).toBeCloseTo(value, 4);
  });

  test("are predicted by name, from numbers by name or in order", async () => {
    const made = compiled();
    const predictions = await made.predictAll(samples.x);
    expect(predictions.kind.shape).toEqual([20, 3]);
    expect(predictions.size.shape).toEqual([20, 1]);
    expect(await made.predictAll([samples.x.left, samples.x.right])).toEqual(predictions);
    await expect(made.predict(samples.x)).rejects.toThrow(
      "predict: expected a model with one output, got 2: kind, size. Use predictAll",
    );
  });

  test.each([
    {
      name: "a missing input",
      data: { ...samples, x: { left: samples.x.left } },
      message: "fit x, right: expected samples, got none.",
    },
    {
      name: "an unknown input",
      data: { ...samples, x: { ...samples.x, rigth: samples.x.right } },
      message: 'fit x: expected names among left, right, got "rigth". Did you mean "right"?',
    },
    {
      name: "inputs of different lengths",
      data: { ...samples, x: { ...samples.x, right: samples.x.right.subarray(6) } },
      message: "fit x, right: expected 20 samples, as in left, got 19.",
    },
    {
      name: "one array for two inputs",
      data: { ...samples, x: samples.x.left },
      message: "fit x: expected numbers for each of left, right, got one array.",
    },
    {
      name: "missing labels",
      data: { ...samples, y: { kind: samples.y.kind } },
      message: "fit y, size: expected labels, got none.",
    },
  ])("$name is refused", async ({ data, message }) => {
    await expect((async () => compiled().fit(data as never))()).rejects.toThrow(message);
  });

  test("compile refuses what does not name outputs", () => {
    const made = towers();
    expect(() => made.compile({ optimizer: "sgd", loss: "meanSquaredError" })).toThrow(
      "compile, loss: expected one for each output: kind, size, got one for all.",
    );
    expect(() => made.compile({ optimizer: "sgd", loss: { knd: "meanSquaredError" } })).toThrow(
      'compile, loss: expected the name of an output, got "knd". Did you mean "kind"?',
    );
    expect(() => made.compile({ optimizer: "sgd", loss: [], metrics: ["accuracy"] })).toThrow(
      "compile, loss: expected 2: one for each output, got 0.",
    );
    expect(() =>
      made.compile({ optimizer: "sgd", loss: ["meanSquaredError", null], metrics: ["accuracy"] }),
    ).toThrow("compile, metrics: expected a list of metrics for each output: kind, size, got one list.");
  });
});

describe("a shared layer", () => {
  test("gets the sum of the gradients of its uses", async () => {
    const made = compiled({ backend: "reference" });
    const before = await made.getWeights();
    const lossAt = async (kernel: Float32Array) => {
      await made.setWeights([kernel, ...before.slice(1)]);
      return (await made.evaluate(samples, { batchSize: 20 })).loss;
    };
    const h = 1e-2;
    const slopes: number[] = [];
    for (let i = 0; i < 30; i++) {
      const [up, down] = [h, -h].map((shift) => before[0].data.map((w, j) => (i === j ? w + shift : w)));
      slopes.push(((await lossAt(up)) - (await lossAt(down))) / (2 * h));
    }
    await made.setWeights(before);
    await made.trainOnBatch(samples.x, samples.y);
    const [after] = await made.getWeights();
    for (const [i, slope] of slopes.entries())
      expect((before[0].data[i] - after.data[i]) / 0.1).toBeCloseTo(slope, 3);
  });
});

describe("residual connections", () => {
  test("add what layers make to what they were given", async () => {
    const x = input({ shape: [4] });
    const block = layers.dense({ units: 4, kernelInitializer: "zeros", biasInitializer: "ones" });
    const made = model({ inputs: x, outputs: layers.add().apply([x, block.apply(x)]) });
    expect([...(await made.predict([[1, 2, 3, 4]])).data]).toEqual([2, 3, 4, 5]);
  });

  test("pixels are scaled unless the layer they enter rescales them, also inside another model", async () => {
    const rescaled = sequential([layers.rescaling({ scale: 2, inputShape: [1] })]);
    const x = input({ shape: [1] });
    const inner = model({ inputs: x, outputs: rescaled.apply(x) });
    expect([...(await inner.predict(Uint8Array.of(10))).data]).toEqual([20]);
    const plain = model({ inputs: x, outputs: layers.add().apply([x, x]) });
    expect((await plain.predict(Uint8Array.of(255))).data[0]).toBeCloseTo(2, 6);
  });
});

describe("models inside models", () => {
  const encoder = () =>
    sequential(
      [
        layers.dense({ units: 4, inputShape: [6] }),
        layers.batchNormalization(),
        layers.dropout({ rate: 0.5 }),
      ],
      { name: "encoder", seed: 5 },
    );
  const outer = (inner: Model, options: ModelOptions = {}) => {
    const x = input({ shape: [6], name: "x" });
    return model({
      inputs: x,
      outputs: layers.dense({ units: 2, name: "head" }).apply(inner.apply(x)),
      ...options,
    });
  };
  const data = { x: numbers(60), y: numbers(20, 6) };

  test("share their weights, which are listed with their path", async () => {
    const inner = encoder();
    const whole = outer(inner);
    const weights = await whole.getWeights();
    expect(weights.map(({ name }) => name)).toEqual([
      "encoder/dense/kernel",
      "encoder/dense/bias",
      "encoder/batch_normalization/gamma",
      "encoder/batch_normalization/beta",
      "encoder/batch_normalization/moving_mean",
      "encoder/batch_normalization/moving_variance",
      "head/kernel",
      "head/bias",
    ]);
    whole.compile({ optimizer: "adam", loss: "meanSquaredError" });
    await whole.fit(data, { epochs: 2, batchSize: 5 });
    expect((await whole.getWeights())[0].data).not.toEqual(weights[0].data);
    expect((await inner.getWeights())[0].data).toEqual((await whole.getWeights())[0].data);
  });

  test("keep weights and statistics bit for bit when they are frozen", async () => {
    const inner = encoder();
    const whole = outer(inner);
    inner.trainable = false;
    whole.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const before = await whole.getWeights();
    await whole.fit(data, { epochs: 2, batchSize: 5 });
    const after = await whole.getWeights();
    expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
    expect(after[6]).not.toEqual(before[6]);
    inner.trainable = true;
    whole.compile({ optimizer: "adam", loss: "meanSquaredError" });
    await whole.fit(data, { epochs: 1, batchSize: 5 });
    const last = await whole.getWeights();
    for (let i = 0; i < 6; i++) expect(last[i].data).not.toEqual(before[i].data);
  });

  test("used with training: false stay as in prediction but learn", async () => {
    const inner = encoder();
    const x = input({ shape: [6] });
    const whole = model({ inputs: x, outputs: inner.apply(x, { training: false }) });
    whole.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const y = numbers(40, 6);
    const [first, before] = [await whole.evaluate({ x: data.x, y }), await whole.getWeights()];
    const { loss } = await whole.trainOnBatch(data.x, y);
    expect(loss).toBeCloseTo(first.loss, 5);
    const after = await whole.getWeights();
    expect(after[0].data).not.toEqual(before[0].data);
    expect(after.slice(4)).toEqual(before.slice(4));
  });

  test("are saved and loaded as a whole, with what is frozen", async () => {
    const inner = encoder();
    const whole = outer(inner, { name: "whole" });
    inner.trainable = false;
    whole.compile({ optimizer: "adam", loss: "meanSquaredError" });
    await whole.fit(data, { epochs: 1 });
    const again = await loadModel(await whole.serialize());
    expect(again.name).toBe("whole");
    expect(again.toSpec()).toEqual(whole.toSpec());
    expect(await again.weightsSha256()).toBe(await whole.weightsSha256());
    expect(await again.predict(data.x)).toEqual(await whole.predict(data.x));
    expect(again.layer("encoder").trainable).toBe(false);
    expect(again.layer("encoder/batch_normalization").trainable).toBe(false);
  });

  test("stand in a chain, and layers in them are found by path", () => {
    const chain = sequential([encoder(), layers.dense({ units: 2 })]);
    expect(chain.layers.map(({ name }) => name)).toEqual(["encoder", "dense"]);
    expect(chain.layer("encoder/dense").type).toBe("dense");
    expect(() => chain.layer("dens")).toThrow(
      'layer: expected the name of a layer, got "dens". Did you mean "dense"?',
    );
    chain.freezeUntil("encoder/dropout");
    const { trainable } = chain.layer("encoder/batch_normalization");
    expect([trainable, chain.layer("encoder/dropout").trainable, chain.layer("dense").trainable]).toEqual([
      false,
      true,
      true,
    ]);
    chain.trainable = true;
    expect(chain.layer("encoder/batch_normalization").trainable).toBe(true);
  });
});

describe("a model with several outputs", () => {
  test("is saved with how it was compiled", async () => {
    const made = compiled();
    await made.fit(samples, { epochs: 1 });
    const again = await loadModel(await made.serialize());
    expect(await again.evaluate(samples)).toEqual(await made.evaluate(samples));
  });
});
