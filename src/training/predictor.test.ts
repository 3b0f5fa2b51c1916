import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import type { Shape } from "../core/shape.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors/safetensors.ts";
import type { Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import { Layer } from "../layers/layer.ts";
import { model } from "./functional.ts";
import { loadModel } from "./predictor.ts";
import { sequential } from "./sequential.ts";

afterAll(disposeBackends);

const noise = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.3);

const digits = () =>
  sequential(
    [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [12, 12, 1] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.5 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 4, name: "digits" },
  );

function branches() {
  const image = input({ shape: [6, 6, 2], name: "image" });
  const shared = layers.conv2d({ filters: 4, kernelSize: 3 }).apply(image);
  const flat = layers.flatten().apply(shared);
  const digit = layers.dense({ units: 3, activation: "softmax", name: "digit" }).apply(flat);
  const ink = layers.dense({ units: 1, name: "ink" }).apply(flat);
  return model({ inputs: image, outputs: { digit, ink }, seed: 5 });
}

class Double extends Layer {
  readonly type = "double";

  override outputShape(shape: Shape): Shape {
    return shape;
  }

  override call(value: Value): Value {
    return multiply(value, 2);
  }
}

describe("a model that is only asked", () => {
  test.each([1, 5, 70])("gives the bits of the model that was saved: %i samples", async (count) => {
    const trained = digits();
    trained.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await trained.trainOnBatch(
      noise(20 * 144),
      Uint8Array.from({ length: 20 }, (_, i) => i % 10),
    );
    const asked = await loadModel(await trained.serialize());
    const x = noise(count * 144);
    expect(await asked.predict(x)).toEqual(await trained.predict(x));
    expect(asked.name).toBe("digits");
    expect([asked.inputShape, asked.outputShape]).toEqual([[12, 12, 1], [10]]);
  });

  test("takes bytes for pixels, as the whole model does", async () => {
    const asked = await loadModel(await digits().serialize());
    const pixels = Uint8Array.from({ length: 144 }, (_, i) => (i * 31) % 256);
    expect(await asked.predict(pixels)).toEqual(await digits().predict(pixels));
  });

  test("gives several outputs by name", async () => {
    const asked = await loadModel(await branches().serialize());
    const x = noise(3 * 72);
    expect(await asked.predictAll(x)).toEqual(await branches().predictAll(x));
    await expect(asked.predict(x)).rejects.toThrow(/model with one output.*digit, ink.*predictAll/s);
  });

  test("can have layers of its caller's", async () => {
    const made = sequential([layers.dense({ units: 2, inputShape: [3] }), new Double()]);
    const bytes = await made.serialize();
    const asked = await loadModel(bytes, { custom: { layers: { double: () => new Double() } } });
    expect(await asked.predict([1, 2, 3])).toEqual(await made.predict([1, 2, 3]));
    await expect(loadModel(bytes)).rejects.toThrow('layers[1]: expected a known name, got "double"');
  });

  test("refuses files that do not fit, unknown options and wrong shapes", async () => {
    const bytes = await digits().serialize({ format: "safetensors" });
    const file = readSafetensors(bytes, "m");
    const cut = writeSafetensors({ ...file, tensors: file.tensors.slice(1) });
    await expect(loadModel(cut)).rejects.toThrow('weight "conv2d/kernel": expected [3, 3, 1, 8]');
    await expect(loadModel(bytes, { thread: 1 } as never)).rejects.toThrow(/thread/);
    await expect(loadModel(bytes, { threads: 0 })).rejects.toThrow(/whole number from 1/);
    const asked = await loadModel(bytes);
    await expect(asked.predict(noise(143))).rejects.toThrow("expected a multiple of 144 numbers");
    await expect(asked.predict(noise(144), { batch: 1 } as never)).rejects.toThrow(/batch/);
  });

  test("says so when it was disposed", async () => {
    const asked = await loadModel(await digits().serialize());
    await asked.predict(noise(144));
    await asked.dispose();
    await asked.dispose();
    await expect(asked.predict(noise(144))).rejects.toThrow(/digits.*disposed/);
  });
});

describe("threads start when they have something to do", () => {
  let started = 0;
  const count = () => {
    started++;
  };
  process.on("worker", count);
  afterAll(() => {
    process.off("worker", count);
  });
  const large = 1000;

  test("one sample needs none, many do, and the bits are the same", async () => {
    const bytes = await digits().serialize();
    await disposeBackends();
    await new Promise(setImmediate);
    started = 0;
    const asked = await loadModel(bytes, { threads: 3 });
    const one = await asked.predict(noise(144));
    expect(started).toBe(0);
    const many = await asked.predict(noise(large * 144));
    expect(started).toBe(3);
    expect(many.data.slice(0, 10)).toEqual(one.data);
    expect(await asked.predict(noise(144))).toEqual(one);
  });
});
