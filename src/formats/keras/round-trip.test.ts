import { unzipSync } from "fflate";
import * as h5 from "h5wasm";
import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../../backends/choose-backend.ts";
import * as layers from "../../layers/index.ts";
import { input } from "../../layers/input.ts";
import * as optimizers from "../../optimizers/index.ts";
import * as schedules from "../../schedules/index.ts";
import { model as functional } from "../../training/functional.ts";
import { loadModel } from "../../training/load-model.ts";
import type { Model } from "../../training/model.ts";
import { sequential } from "../../training/sequential.ts";

afterAll(() => disposeBackends());

const x = Float32Array.from({ length: 32 * 64 }, (_, i) => ((i * 37) % 101) / 101);
const y = Uint8Array.from({ length: 32 }, (_, i) => i % 3);

function chain(): Model {
  return sequential(
    [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", useBias: false, inputShape: [8, 8, 1] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.maxPooling2d({ poolSize: 2, padding: "same" }),
      layers.dropout({ rate: 0.3 }),
      layers.flatten(),
      layers.dense({ units: 5, kernelInitializer: "heNormal", trainable: false, name: "frozen" }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 3, name: "digits" },
  );
}

/** A model in a model, a shared layer, two outputs, a part that is used as in prediction, and layers of one class. */
function graph(): Model {
  const image = input({ shape: [8, 8, 1], name: "image" });
  const encoder = sequential(
    [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }), layers.flatten()],
    { name: "encoder" },
  );
  const shared = layers.dense({ units: 4, name: "shared" });
  const a = shared.apply(encoder.apply(image, { training: false }));
  const maps = layers.conv2d({ filters: 2, kernelSize: 3 }).apply(image);
  const b = shared.apply(layers.flatten().apply(maps));
  return functional({
    inputs: image,
    outputs: [layers.add({ name: "sum" }).apply([a, b]), layers.dense({ units: 1, name: "one" }).apply(a)],
    seed: 5,
  });
}

const formats = ["keras", "h5"] as const;

describe.each(formats)("a model saved as %s", (format) => {
  test.each([
    { name: "a chain", make: chain },
    { name: "a graph", make: graph },
  ])("and loaded again predicts the same bits, and is the same bytes: $name", async ({ make }) => {
    const model = make();
    const bytes = await model.serialize({ format });
    const again = await loadModel(bytes);
    expect(await again.predictAll(x)).toEqual(await model.predictAll(x));
    expect(again.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(again.name).toBe(model.name);
    expect(Buffer.compare(await again.serialize({ format }), bytes)).toBe(0);
  });

  test("twice is the same bytes", async () => {
    const [one, two] = [await chain().serialize({ format }), await chain().serialize({ format })];
    expect(Buffer.compare(one, two)).toBe(0);
  });

  test.each([
    { name: "adam", optimizer: () => optimizers.adam({ learningRate: 0.01 }) },
    { name: "momentum", optimizer: () => optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }) },
    { name: "plain descent", optimizer: () => optimizers.sgd() },
    { name: "adamw with amsgrad", optimizer: () => optimizers.adamW({ amsgrad: true, weightDecay: 0 }) },
    { name: "rmsprop", optimizer: () => optimizers.rmsprop({ momentum: 0.5, centered: true }) },
    { name: "adagrad", optimizer: () => optimizers.adagrad() },
    { name: "adadelta", optimizer: () => optimizers.adadelta() },
    { name: "adamax", optimizer: () => optimizers.adamax() },
    { name: "ftrl", optimizer: () => optimizers.ftrl() },
    { name: "lamb", optimizer: () => optimizers.lamb() },
    { name: "lion", optimizer: () => optimizers.lion() },
  ])("goes on training with the same bits: $name", async ({ optimizer }) => {
    const model = sequential([
      layers.flatten({ inputShape: [8, 8, 1] }),
      layers.dense({ units: 6, activation: "relu" }),
      layers.dense({ units: 3 }),
    ]);
    const { sparseCategoricalCrossentropy } = await import("../../losses/index.ts");
    model.compile({
      optimizer: optimizer(),
      loss: sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ["accuracy"],
    });
    await model.fit({ x, y }, { epochs: 2, batchSize: 8 });
    model.learningRate = 0.0123;
    const again = await loadModel(await model.serialize({ format }));
    /* Single precision is what Keras keeps of it. */
    expect(again.learningRate).toBe(Math.fround(0.0123));
    model.learningRate = again.learningRate;
    const run = { epochs: 1, batchSize: 8 };
    const [one, two] = [await model.fit({ x, y }, run), await again.fit({ x, y }, run)];
    expect(two.logs).toEqual(one.logs);
    expect(await again.weightsSha256()).toBe(await model.weightsSha256());
  });

  test("goes on along the schedule of its learning rate", async () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [64] })]);
    const learningRate = schedules.exponentialDecay({
      initialLearningRate: 0.1,
      decaySteps: 2,
      decayRate: 0.5,
    });
    model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "meanSquaredError" });
    const data = { x, y: Float32Array.from({ length: 96 }, (_, i) => (i % 7) / 7) };
    await model.fit(data, { epochs: 2, batchSize: 8 });
    const again = await loadModel(await model.serialize({ format }));
    expect(again.learningRate).toBe(model.learningRate);
    for (const one of [model, again]) await one.fit(data, { batchSize: 8 });
    expect(await again.weightsSha256()).toBe(await model.weightsSha256());
  });

  test("without training is not compiled", async () => {
    const again = await loadModel(await chain().serialize({ format }));
    expect(() => again.fit({ x, y })).toThrow("expected a compiled model");
  });
});

test.each([
  { name: "adafactor", optimizer: () => optimizers.adafactor() },
  { name: "nadam", optimizer: () => optimizers.nadam() },
  { name: "averages of weights", optimizer: () => optimizers.adam({ useEma: true, clipNorm: 0.5 }) },
])("a .keras file keeps what Keras has no place for: $name", async ({ optimizer }) => {
  const model = sequential([
    layers.flatten({ inputShape: [8, 8, 1] }),
    layers.dense({ units: 6 }),
    layers.dense({ units: 3 }),
  ]);
  model.compile({ optimizer: optimizer(), loss: "meanSquaredError" });
  const data = { x, y: Float32Array.from({ length: 96 }, (_, i) => (i % 7) / 7) };
  const step = (one: Model) => one.trainOnBatch(data.x, data.y);
  for (let i = 0; i < 3; i++) await step(model);
  const again = await loadModel(await model.serialize({ format: "keras" }));
  for (let i = 0; i < 3; i++) expect(await step(again)).toEqual(await step(model));
  expect(await again.weightsSha256()).toBe(await model.weightsSha256());
});

describe("weights alone", () => {
  test("go into another model of the same architecture", async () => {
    const [from, to] = [chain(), chain()];
    await from.setWeights((await from.getWeights()).map(({ data }) => data.map((value) => value + 0.25)));
    for (const format of ["kerasWeights", "keras", "h5", "safetensors"] as const) {
      await to.setWeights(await chain().getWeights());
      await to.loadWeights(await from.serialize({ format }));
      expect(await to.weightsSha256()).toBe(await from.weightsSha256());
    }
  });

  test("of another architecture change nothing", async () => {
    const model = graph();
    const before = await model.weightsSha256();
    const bytes = await chain().serialize({ format: "kerasWeights" });
    await expect(model.loadWeights(bytes)).rejects.toThrow(/model, .*(weight|layer) "/);
    expect(await model.weightsSha256()).toBe(before);
    await expect(loadModel(bytes)).rejects.toThrow("got weights alone. Make the model first");
  });
});

describe("the layout of a .keras file is that of Keras 3", () => {
  const open = async (model: Model) => {
    const members = unzipSync(await model.serialize({ format: "keras" }));
    const { FS } = await h5.ready;
    FS.writeFile("/weights.h5", members["model.weights.h5"]);
    const json = (name: string) =>
      JSON.parse(new TextDecoder().decode(members[name])) as Record<string, never>;
    return {
      members,
      config: json("config.json"),
      metadata: json("metadata.json"),
      file: new h5.File("/weights.h5", "r"),
    };
  };

  test("members, metadata, classes, and weights under snake-case names of classes", async () => {
    const model = chain();
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await model.fit({ x, y }, { batchSize: 16 });
    const { members, config, metadata, file } = await open(model);
    expect(Object.keys(members)).toEqual([
      "metadata.json",
      "config.json",
      "model.weights.h5",
      "convnet.json",
    ]);
    expect(metadata).toEqual({ keras_version: "3.12.0", date_saved: "1980-01-01@00:00:00" });
    expect(config).toMatchObject({
      module: "keras",
      class_name: "Sequential",
      registered_name: null,
      build_config: { input_shape: [null, 8, 8, 1] },
      compile_config: {
        optimizer: {
          module: "keras.optimizers",
          class_name: "Adam",
          config: { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
        },
        metrics: ["accuracy"],
      },
    });
    const { layers: list } = config.config as { layers: { class_name: string; config: object }[] };
    expect(list.map((layer) => layer.class_name)).toEqual([
      "InputLayer",
      "Conv2D",
      "BatchNormalization",
      "MaxPooling2D",
      "Dropout",
      "Flatten",
      "Dense",
      "Dense",
    ]);
    expect(list[0].config).toMatchObject({ batch_shape: [null, 8, 8, 1], dtype: "float32" });
    expect(list[1].config).toMatchObject({
      name: "conv2d",
      trainable: true,
      filters: 4,
      kernel_size: 3,
      use_bias: false,
      activation: "relu",
      data_format: "channels_last",
      dtype: { module: "keras", class_name: "DTypePolicy", config: { name: "float32" } },
    });
    expect(list[6].config).toMatchObject({
      trainable: false,
      kernel_initializer: { module: "keras.initializers", class_name: "HeNormal", config: {} },
    });
    const shape = (path: string) => (file.get(path) as h5.Dataset | null)?.shape;
    expect(shape("layers/conv2d/vars/0")).toEqual([3, 3, 1, 4]);
    for (const i of [0, 1, 2, 3]) expect(shape(`layers/batch_normalization/vars/${i}`)).toEqual([4]);
    expect(shape("layers/dense/vars/0")).toEqual([36, 5]);
    expect(shape("layers/dense_1/vars/1")).toEqual([3]);
    expect((file.get("layers/dense_1/vars") as h5.Group).attrs.name.value).toBe("dense");
    expect((file.get("layers/flatten/vars") as h5.Group).keys()).toEqual([]);
    /* Step, learning rate, then mean and mean square of the gradients of each weight that is trained. */
    const slots = [[3, 3, 1, 4], [4], [4], [5, 3], [3]].flatMap((of) => [of, of]);
    const optimizer = file.get("optimizer/vars") as h5.Group;
    expect(optimizer.keys()).toHaveLength(2 + slots.length);
    expect((file.get("optimizer/vars/0") as h5.Dataset).value).toBe(2n);
    expect(slots.map((_, i) => shape(`optimizer/vars/${i + 2}`))).toEqual(slots);
    file.close();
  });

  test("graphs: inbound nodes, a shared layer, a model in a model", async () => {
    const { config, file } = await open(graph());
    expect(config).toMatchObject({ class_name: "Functional" });
    const {
      layers: list,
      input_layers,
      output_layers,
    } = config.config as {
      layers: { name: string; class_name: string; inbound_nodes: { args: unknown; kwargs: unknown }[] }[];
      input_layers: unknown;
      output_layers: unknown;
    };
    expect(input_layers).toEqual([["image", 0, 0]]);
    expect(output_layers).toEqual([
      ["sum", 0, 0],
      ["one", 0, 0],
    ]);
    const layer = (name: string) => list.find((entry) => entry.name === name);
    expect(layer("shared")?.inbound_nodes).toHaveLength(2);
    expect(layer("encoder")).toMatchObject({
      class_name: "Sequential",
      inbound_nodes: [
        {
          args: [{ class_name: "__keras_tensor__", config: { keras_history: ["image", 0, 0] } }],
          kwargs: { training: false },
        },
      ],
    });
    expect(layer("sum")?.inbound_nodes[0].args).toMatchObject([
      [{ config: { keras_history: ["shared", 0, 0] } }, { config: { keras_history: ["shared", 1, 0] } }],
    ]);
    expect((file.get("layers/sequential/layers/conv2d/vars/0") as h5.Dataset).shape).toEqual([3, 3, 1, 2]);
    file.close();
  });

  test("what Keras has not is registered as this package's, and comes back", async () => {
    const model = sequential([
      layers.conv2d({
        filters: 1,
        kernelSize: 2,
        padding: [
          [1, 0],
          [0, 2],
        ],
        inputShape: [4, 4, 1],
      }),
    ]);
    const { config, file } = await open(model);
    file.close();
    const { layers: list } = config.config as { layers: object[] };
    expect(list[1]).toMatchObject({ module: null, class_name: "conv2d", registered_name: "ConvNet>conv2d" });
    const again = await loadModel(await model.serialize({ format: "keras" }));
    const four = x.subarray(0, 16);
    expect(await again.predict(four)).toEqual(await model.predict(four));
  });
});
