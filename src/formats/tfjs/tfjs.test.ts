import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../../backends/choose-backend.ts";
import * as layers from "../../layers/index.ts";
import { input } from "../../layers/input.ts";
import { model as functional } from "../../training/functional.ts";
import { loadModel } from "../../training/load-model.ts";
import type { Model } from "../../training/model.ts";
import { sequential } from "../../training/sequential.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-tfjs-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await disposeBackends();
});

const chain = (): Model =>
  sequential([
    layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu", inputShape: [6, 6, 1], name: "c" }),
    layers.batchNormalization({ name: "bn" }),
    layers.flatten({ name: "f" }),
    layers.dense({ units: 2, activation: "softmax", name: "d" }),
  ]);
const graph = (): Model => {
  const image = input({ shape: [6, 6, 1], name: "image" });
  const inner = sequential([layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1], name: "c" })], {
    name: "m",
  });
  const flat = layers.flatten({ name: "f" }).apply(inner.apply(image));
  return functional({ inputs: image, outputs: layers.dense({ units: 2, name: "d" }).apply(flat) });
};
const x = Float32Array.from({ length: 72 }, (_, i) => ((i * 37) % 101) / 101);

describe("layers models of TensorFlow.js", () => {
  test.each([
    { name: "chain", make: chain },
    { name: "graph", make: graph },
  ])(
    "saved and loaded again predict the same bits, and are the same files each time: $name",
    async ({ make }) => {
      const model = make();
      model.compile({ optimizer: "adam", loss: "meanSquaredError", metrics: ["accuracy"] });
      const path = join(folder, "model.json");
      await model.save(path);
      const first = await readdir(folder);
      const again = await loadModel(path);
      expect(await again.predict(x)).toEqual(await model.predict(x));
      expect(again.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
      const bytes = await readFile(path);
      await again.save(path);
      expect(await readdir(folder)).toEqual(first);
      expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      expect(Object.keys(await again.evaluate({ x, y: new Float32Array(4) }))).toEqual(["loss", "accuracy"]);
      for (const file of first) await rm(join(folder, file));
    },
  );

  test("have the layout that TensorFlow.js reads", async () => {
    const path = join(folder, "model.json");
    await chain().save(path);
    const json = JSON.parse(await readFile(path, "utf8")) as {
      modelTopology: { model_config: { class_name: string; config: { layers: { config: object }[] } } };
      weightsManifest: { paths: string[]; weights: object[] }[];
    };
    expect(json).toMatchObject({ format: "layers-model" });
    const { class_name, config } = json.modelTopology.model_config;
    expect(class_name).toBe("Sequential");
    expect(config.layers[0]).toMatchObject({
      class_name: "Conv2D",
      config: {
        name: "c",
        batch_input_shape: [null, 6, 6, 1],
        dtype: "float32",
        kernel_size: 3,
        activation: "relu",
      },
    });
    const [{ paths, weights }] = json.weightsManifest;
    expect(weights.slice(0, 3)).toEqual([
      { name: "c/kernel", shape: [3, 3, 1, 3], dtype: "float32" },
      { name: "c/bias", shape: [3], dtype: "float32" },
      { name: "bn/gamma", shape: [3], dtype: "float32" },
    ]);
    const bytes = await readFile(join(folder, paths[0]));
    const [kernel] = await chain().getWeights();
    expect(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 108))).toEqual(
      kernel.data,
    );
  });

  /** A model as TensorFlow.js saves it: names of its own, all that is trained first, and numbers of other types. */
  const write = async (
    change: (json: Record<string, never>) => unknown = (json) => json,
    bytes?: Uint8Array,
  ) => {
    const config = (name: string, more: object) => ({ name, trainable: true, dtype: "float32", ...more });
    const json = {
      modelTopology: {
        class_name: "Sequential",
        config: {
          name: "sequential_1",
          layers: [
            {
              class_name: "BatchNormalization",
              config: config("bn_1", {
                axis: -1,
                momentum: 0.99,
                epsilon: 0.001,
                center: true,
                scale: true,
                batch_input_shape: [null, 2],
              }),
            },
            {
              class_name: "Dense",
              config: config("dense_Dense1", {
                units: 1,
                activation: "linear",
                use_bias: true,
                activity_regularizer: null,
              }),
            },
          ],
        },
        keras_version: "tfjs-layers 4.22.0",
        backend: "tensor_flow.js",
      },
      format: "layers-model",
      weightsManifest: [
        {
          paths: ["weights.bin"],
          weights: [
            { name: "bn_1_x/gamma", shape: [2], dtype: "float32" },
            {
              name: "bn_1_x/beta",
              shape: [2],
              dtype: "float32",
              quantization: { dtype: "uint8", scale: 0.5, min: -1, original_dtype: "float32" },
            },
            {
              name: "dense_Dense1_x/kernel",
              shape: [2, 1],
              dtype: "float32",
              quantization: { dtype: "float16", original_dtype: "float32" },
            },
            { name: "dense_Dense1_x/bias", shape: [1], dtype: "float32" },
            { name: "bn_1_x/moving_mean", shape: [2], dtype: "float32" },
            { name: "bn_1_x/moving_variance", shape: [2], dtype: "float32" },
          ],
        },
      ],
    };
    const floats = (...values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];
    const all = [
      ...floats(1, 2),
      0,
      6,
      0x00,
      0x3c,
      0x00,
      0xc1,
      ...floats(0.25),
      ...floats(3, 4),
      ...floats(5, 6),
    ];
    const path = join(folder, "of-tfjs.json");
    await writeFile(path, JSON.stringify(change(json as never)));
    await writeFile(join(folder, "weights.bin"), bytes ?? Uint8Array.from(all));
    return path;
  };

  test("of its own making: order and quantized numbers", async () => {
    const model = await loadModel(await write());
    const weights = await model.getWeights();
    expect(Object.fromEntries(weights.map(({ name, data }) => [name, [...data]]))).toEqual({
      "bn_1/gamma": [1, 2],
      "bn_1/beta": [-1, 2],
      "bn_1/moving_mean": [3, 4],
      "bn_1/moving_variance": [5, 6],
      "dense_Dense1/kernel": [1, -2.5],
      "dense_Dense1/bias": [0.25],
    });
  });

  test.each([
    { name: "../weights.bin" },
    { name: "/etc/hostname" },
    { name: "http://127.0.0.1/x.bin" },
    { name: "..\\weights.bin" },
  ])("nothing but files of the same folder is opened: $name", async ({ name }) => {
    const path = await write((json) => ({ ...json, weightsManifest: [{ paths: [name], weights: [] }] }));
    await expect(loadModel(path)).rejects.toThrow("expected the name of a file of the same folder");
  });

  test("shards of another length, bytes instead of a path, and graph models are refused", async () => {
    await expect(write(undefined, new Uint8Array(7)).then((path) => loadModel(path))).rejects.toThrow(
      "weights.bin: expected 34 bytes, got 7.",
    );
    await expect(readFile(await write()).then((bytes) => loadModel(bytes))).rejects.toThrow(
      'expected the path of the file, beside which "weights.bin" stands',
    );
    const path = await write((json) => ({ ...json, format: "graph-model" }));
    await expect(loadModel(path)).rejects.toThrow("got a graph model");
  });
});
