import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { initializerOf } from "../initializers/table.ts";
import * as layers from "../layers/index.ts";
import { Layer } from "../layers/layer.ts";
import * as losses from "../losses/index.ts";
import * as ops from "../ops.ts";
import { loadModel } from "./load-model.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

const network = (seed = 1) =>
  sequential(
    [
      layers.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [9, 9, 2] }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: 5, activation: "softmax" }),
    ],
    { seed, threads: 2 },
  );

const images = Float32Array.from({ length: 37 * 162 }, (_, i) => Math.fround(((i * 7919) % 1009) / 504 - 1));

describe("predict", () => {
  test("gives a sample the same bits alone and in any batch", async () => {
    const model = network();
    const all = await model.predict(images);
    expect(all.shape).toEqual([37, 5]);
    for (const batchSize of [1, 2, 3, 7, 37, 64])
      expect(await model.predict(images, { batchSize })).toEqual(all);
    const one = await model.predict(images.subarray(11 * 162, 12 * 162));
    expect([...one.data]).toEqual([...all.data.subarray(55, 60)]);
  });

  test("sees new weights at once", async () => {
    const model = network();
    const before = await model.predict(images);
    await model.setWeights(await network(2).getWeights());
    expect(await model.predict(images)).not.toEqual(before);
    expect(await model.predict(images)).toEqual(await network(2).predict(images));
  });

  test("takes pixels as bytes, scaled to 0 … 1, and nested lists", async () => {
    const model = sequential([layers.flatten({ inputShape: [1, 2] })]);
    expect([...(await model.predict(Uint8Array.of(0, 255))).data]).toEqual([0, 1]);
    expect([...(await model.predict(Uint8ClampedArray.of(51, 0))).data]).toEqual([
      Math.fround(51 * Math.fround(1 / 255)),
      0,
    ]);
    expect([...(await model.predict([[[3, 4]]])).data]).toEqual([3, 4]);
  });

  test("leaves bytes as they are for a network that begins with rescaling", async () => {
    const model = sequential([layers.rescaling({ scale: 0.5, inputShape: [2] })]);
    expect([...(await model.predict(Uint8Array.of(10, 255))).data]).toEqual([5, 127.5]);
  });
});

describe("weights", () => {
  test("have names, shapes, and an order that is that of the layers", async () => {
    const weights = await network().getWeights();
    expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
      ["conv2d/kernel", [3, 3, 2, 6]],
      ["conv2d/bias", [6]],
      ["dense/kernel", [54, 5]],
      ["dense/bias", [5]],
    ]);
  });

  test("that do not fit are refused and nothing is changed", async () => {
    const model = network();
    const before = await model.weightsSha256();
    const weights = (await model.getWeights()).map(({ data }) => data);
    await expect(model.setWeights(weights.slice(1))).rejects.toThrow(
      "setWeights: expected 4 arrays: conv2d/kernel, conv2d/bias, dense/kernel, dense/bias, got 3.",
    );
    await expect(model.setWeights([...weights.slice(0, 3), new Float32Array(4)])).rejects.toThrow(
      "setWeights, dense/bias: expected 5 numbers [5], got 4.",
    );
    expect(await model.weightsSha256()).toBe(before);
  });

  test("the hash is that of their little-endian bytes", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    await model.setWeights([Float32Array.of(1), Float32Array.of(-2)]);
    const digest = await crypto.subtle.digest("SHA-256", Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0));
    const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(await model.weightsSha256()).toBe(hex);
  });

  test("frozen layers keep theirs", async () => {
    const model = network();
    const [conv] = model.layers;
    conv.trainable = false;
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const before = await model.getWeights();
    await model.fit({ x: images, y: new Uint8Array(37) }, { epochs: 2 });
    const after = await model.getWeights();
    expect(after[0]).toEqual(before[0]);
    expect(after[2]).not.toEqual(before[2]);
    expect(model.summary()).toContain("conv2d (conv2d) frozen");
  });
});

describe("compile", () => {
  test("takes names in both spellings and refuses others", () => {
    const model = network();
    model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    expect(model.learningRate).toBe(0.001);
    expect(() => model.compile({ optimizer: "adm" as never, loss: "meanSquaredError" })).toThrow(
      'compile, optimizer: expected a known name, got "adm". Did you mean "adam"?',
    );
    // @ts-expect-error no such loss
    expect(() => model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossEntropy" })).toThrow(
      'Did you mean "sparseCategoricalCrossentropy"?',
    );
    expect(() => model.compile({ optimizer: "adam", loss: "meanSquaredError", metric: [] } as never)).toThrow(
      'Did you mean "metrics"?',
    );
  });

  test("starts the optimizer anew", async () => {
    const data = { x: images, y: new Uint8Array(37) };
    const once = network();
    once.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await once.fit(data);
    const again = network();
    again.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await again.fit(data);
    await again.setWeights(await network().getWeights());
    again.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await again.fit(data);
    expect(await again.weightsSha256()).toBe(await once.weightsSha256());
  });

  test("a loss on probabilities and one on logits agree", async () => {
    const data = { x: images, y: Uint8Array.from({ length: 37 }, (_, i) => i % 5) };
    const softmax = network();
    softmax.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    const logits = sequential([
      ...network()
        .layers.slice(0, 3)
        .map((layer) => layer),
      layers.dense({ units: 5, name: "logits" }),
    ]);
    const weights = await softmax.getWeights();
    await logits.setWeights(weights);
    logits.compile({ optimizer: "sgd", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
    expect((await logits.evaluate(data)).loss).toBeCloseTo((await softmax.evaluate(data)).loss, 6);
  });
});

describe("saving", () => {
  test("a model read back predicts the same bits and is compiled as before", async () => {
    const model = network();
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await model.fit({ x: images, y: new Uint8Array(37) });
    const bytes = await model.serialize();
    const again = await loadModel(bytes);
    expect(await again.predict(images)).toEqual(await model.predict(images));
    expect(await again.evaluate({ x: images, y: new Uint8Array(37) })).toEqual(
      await model.evaluate({ x: images, y: new Uint8Array(37) }),
    );
    expect(await again.serialize()).toEqual(bytes);
  });

  test("an activation that is a function cannot be saved, and says so", async () => {
    const model = sequential([layers.dense({ units: 1, activation: (x) => ops.abs(x), inputShape: [1] })]);
    await expect(model.serialize()).rejects.toThrow(
      "dense: expected activation by name, so that it can be saved, got a function.",
    );
  });
});

describe("layers and losses written by users", () => {
  class Scale extends Layer {
    readonly type = "scale";
    override build([units]: readonly number[]) {
      this.addWeight("gain", [units], initializerOf("scale", "ones"));
    }
    override call(input: Parameters<Layer["call"]>[0]) {
      return ops.multiply(input, this.weight(input, "gain"));
    }
  }

  test("train like those of the package", async () => {
    const model = sequential([new Scale({ inputShape: [2] })]);
    const absolute = {
      name: "meanAbsoluteError",
      options: {},
      labels: "values",
      write: (y, { output }) => ops.reduceMean(ops.abs(ops.subtract(y, output)), { axes: -1 }),
    } satisfies Parameters<typeof model.compile>[0]["loss"];
    model.compile({ optimizer: "adam", loss: absolute });
    model.learningRate = 0.05;
    const x = Array.from({ length: 64 }, (_, i) => [(i % 8) - 4, (i % 5) - 2]);
    const history = await model.fit({ x, y: x.map(([a, b]) => [3 * a, -b]) }, { epochs: 40 });
    expect(history.loss[39]).toBeLessThan(0.1);
    const [gain] = await model.getWeights();
    expect(gain.name).toBe("scale/gain");
    expect([...gain.data]).toEqual([expect.closeTo(3, 1), expect.closeTo(-1, 1)]);
  });
});

test("the printed program names the article's fusions", async () => {
  const model = network();
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const plan = await model.explainProgram({ batchSize: 16 });
  expect(plan).toMatch(/^train · batch 16 · \d+ calls in \d+ phases/);
  expect(plan).toMatch(/conv2d\s+convPatches\s+first-layer patches 4×8, pooled in registers/);
  expect(plan).toContain("update states, if the loss is finite");
  expect(await model.explainProgram({ program: "predict" })).not.toContain("adam");
});

test("a model that was disposed says so", async () => {
  const model = network();
  await model.predict(images);
  await model.dispose();
  await expect(model.predict(images)).rejects.toThrow(
    "sequential: expected a model in use, got one that was disposed.",
  );
});
