import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { runExample } from "../../../test/doc-examples.ts";
import { article, nested, residual } from "../../../test/explained-networks.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { dataset } from "../../data/dataset.ts";
import * as convnet from "../../index.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { modelFromSpec } from "../../training/load-model.ts";
import type { CodeTraining } from "./code-settings.ts";
import { parseCode } from "./parse-code.ts";
import { type CodeTarget, toCode } from "./to-code.ts";

afterAll(() => disposeBackends());

const articleSpec: ModelSpec = {
  layers: [
    { type: "conv2d", filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] },
    { type: "maxPooling2d", poolSize: 2 },
    { type: "conv2d", filters: 64, kernelSize: 3, activation: "relu" },
    { type: "maxPooling2d", poolSize: 2 },
    { type: "flatten" },
    { type: "dense", units: 128, activation: "relu" },
    { type: "dense", units: 10, activation: "softmax" },
  ],
};

const training: CodeTraining = {
  dataset: "fashionMnist",
  optimizer: "sgd",
  learningRate: 0.125,
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
  epochs: 3,
  batchSize: 64,
  validationSplit: 0.1,
  seed: 7,
};

const textOf = (spec: ModelSpec, target: CodeTarget, settings?: CodeTraining): string =>
  toCode(spec, target, settings)
    .map(({ text }) => text)
    .join("");

describe("toCode", () => {
  test("writes Keras's Python", () => {
    expect(textOf(articleSpec, "keras", training)).toBe(`import keras
from keras import layers

keras.utils.set_random_seed(7)
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255, x_test[..., None] / 255

model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(filters=64, kernel_size=3, activation="relu"),
    layers.MaxPooling2D(pool_size=2),
    layers.Conv2D(filters=64, kernel_size=3, activation="relu"),
    layers.MaxPooling2D(pool_size=2),
    layers.Flatten(),
    layers.Dense(units=128, activation="relu"),
    layers.Dense(units=10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.125), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3, batch_size=64, validation_split=0.1)
print(model.evaluate(x_test, y_test))
`);
  });

  test("writes the command line and the spec as JSON", () => {
    expect(textOf(articleSpec, "cli", training)).toContain(
      "convnet train fashion-mnist --model network.json --epochs 3 --batch-size 64 --optimizer sgd --learning-rate 0.125 --validation-split 0.1 --seed 7\n",
    );
    expect(JSON.parse(textOf(articleSpec, "json"))).toEqual(articleSpec);
    expect(JSON.parse(textOf(nested().toSpec(), "json"))).toEqual(nested().toSpec());
  });

  test("marks each literal with its place in the spec", () => {
    for (const target of ["node", "browser", "keras", "json"] as const) {
      const filters = toCode(articleSpec, target).filter(({ path }) => path?.join() === "layers,2,filters");
      expect(filters.find(({ kind }) => kind === "number")?.text, target).toBe("64");
      const epochs = toCode(articleSpec, target, training).filter(
        ({ path }) => path?.join() === "training,epochs",
      );
      if (target !== "json") expect(epochs.find(({ kind }) => kind === "number")?.text).toBe("3");
    }
  });

  test.each([
    { name: "the article's network", spec: articleSpec, size: [28, 28, 1], classes: 10 },
    { name: "a residual network", spec: residual().toSpec(), size: [10, 10, 2], classes: 4 },
  ])("writes programs for Node that run: $name", async ({ spec, size, classes }) => {
    const count = 12;
    const set = dataset({
      x: new Float32Array(count * size.reduce((a, b) => a * b, 1)).fill(0.5),
      y: Int32Array.from({ length: count }, (_, i) => i % classes),
      sampleShape: size,
    });
    const said: unknown[] = [];
    const scope = {
      ...convnet,
      network: convnet.model,
      fashionMnist: async () => ({ train: set, test: set }),
      console: { log: (logs: unknown) => said.push(logs) },
    };
    await runExample(textOf(spec, "node", { ...training, epochs: 1, batchSize: 6 }), scope);
    expect(said).toEqual([{ loss: expect.any(Number), accuracy: expect.any(Number) }]);
  });

  test("refuses targets that do not exist, and models in models in a program", () => {
    expect(() => toCode(articleSpec, "kera" as CodeTarget)).toThrow(/Did you mean "keras"/);
    expect(() => toCode(nested().toSpec(), "node")).toThrow(/written as "json"/);
  });
});

describe("parseCode", () => {
  test.each(["node", "browser", "keras"] as const)(
    "reads back what toCode writes for %s: a chain",
    (target) => {
      const { spec, training: found, problems } = parseCode(textOf(articleSpec, target, training));
      expect(problems).toEqual([]);
      expect(spec).toEqual(articleSpec);
      /* A page loads its own files. */
      const { dataset: _, ...others } = training;
      expect(found).toEqual(target === "browser" ? others : training);
    },
  );

  test.each(["node", "browser", "keras"] as const)(
    "reads back what toCode writes for %s: a graph",
    async (target) => {
      const model = residual();
      const { spec, problems } = parseCode(textOf(model.toSpec(), target, { seed: 5 }));
      expect(problems).toEqual([]);
      const again = await modelFromSpec(spec, { seed: 5 });
      expect(again.weightShapes).toEqual(model.weightShapes);
      expect(await again.weightsSha256()).toBe(await model.weightsSha256());
      const x = new Float32Array(200).fill(0.25);
      expect(await again.predict(x)).toEqual(await model.predict(x));
    },
  );

  test("reads the README's first program", async () => {
    const [, code] = /```ts\n([\s\S]*?)```/.exec(await readFile("README.md", "utf8")) ?? [];
    const { spec, training: found, problems } = parseCode(code);
    expect(problems).toEqual([]);
    expect(spec).toEqual(articleSpec);
    expect(found).toEqual({
      dataset: "mnist",
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      epochs: 5,
    });
  });

  test.each([
    {
      name: "a list of layers, by position",
      code: `
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Flatten, Dense
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255.0
model = Sequential([
    Conv2D(64, 3, activation='relu', input_shape=(28, 28, 1)),  # features
    MaxPooling2D(2),
    Conv2D(64, 3, activation='relu'),
    MaxPool2D(pool_size=2),
    Flatten(),
    Dense(128, activation='relu'),
    Dense(10, activation='softmax')
])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))
`,
    },
    {
      name: "layers that are added one by one, in a function",
      code: `
def build():
    num_classes = 10
    model = keras.models.Sequential()
    model.add(keras.Input(shape=(28, 28, 1)))
    model.add(layers.Conv2D(64, kernel_size=3, activation=tf.nn.relu))
    model.add(layers.MaxPooling2D(pool_size=2))
    model.add(layers.Conv2D(8 * 8, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(128, "relu"))
    model.add(layers.Dense(num_classes, activation="softmax"))
    return model
(a, b), (c, d) = mnist.load_data()
model.compile(keras.optimizers.Adam(), loss="sparse_categorical_crossentropy")
model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
model.fit(x, y, epochs=5, batch_size=32)
`,
    },
  ])("reads Keras's Python: $name", ({ code }) => {
    const { spec, training: found, problems } = parseCode(code);
    expect(problems).toEqual([]);
    expect(spec).toEqual(articleSpec);
    expect(found).toEqual({
      dataset: "mnist",
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      epochs: 5,
      batchSize: 32,
    });
  });

  test("reads Keras's graphs, with merges as functions and layers used twice", async () => {
    const { spec, problems } = parseCode(`
inputs = keras.Input(shape=(8, 8, 4), name="image")
twice = layers.Conv2D(4, 3, padding="same", name="twice")
x = twice(twice(inputs))
x = layers.add([x, inputs])
x = layers.Activation("relu")(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(2, name="classes")(x))
`);
    expect(problems).toEqual([]);
    const model = await modelFromSpec(spec);
    expect(model.layers.map(({ name }) => name)).toEqual([
      "image",
      "twice",
      "add",
      "activation",
      "global_average_pooling2d",
      "classes",
    ]);
    expect(spec?.layers.find(({ name }) => name === "twice")?.calls).toEqual([["image"], ["twice"]]);
  });

  test("says where it cannot read on", () => {
    const { spec, problems } = parseCode("model = Sequential([\n  Conv2D(64, 3),\n  Dense(classes),\n])\n");
    expect(spec?.layers).toEqual([{ type: "conv2d", filters: 64, kernelSize: 3 }]);
    expect(problems).toEqual([
      { message: "Nothing is known about classes.", from: 46, to: 53, line: 3, column: 9 },
    ]);
    const first = parseCode('x = Sequential([Conv2D(1, 3, data_format="channels_first")])').problems[0];
    expect(first.message).toMatch(/images are \[height, width, channels\]/);
    expect(parseCode("print('hello')").problems[0].message).toBe("There is no network in this code.");
  });

  test("reads JSON, and says where it is broken", () => {
    expect(parseCode(JSON.stringify(articleSpec)).spec).toEqual(articleSpec);
    expect(parseCode("{}").problems[0].message).toMatch(/"layers"/);
    const { problems, spec } = parseCode('{\n  "layers": [,]\n}');
    expect(spec).toBeUndefined();
    expect(problems[0]).toMatchObject({ line: 2, column: 14 });
    const loose = parseCode("{ layers: [{ type: 'dense', units: 2, inputShape: [3], }] }");
    expect(loose.spec).toEqual({ layers: [{ type: "dense", units: 2, inputShape: [3] }] });
  });

  test("never runs what it reads", () => {
    const code =
      "globalThis.wasRun = true; const model = sequential([layers.dense({ units: (() => 3)() })]);";
    expect(parseCode(code).problems.length).toBeGreaterThan(0);
    expect("wasRun" in globalThis).toBe(false);
  });
});

test("the article's model and its spec are one", () => {
  expect(
    article()
      .toSpec()
      .layers.map(({ type }) => type),
  ).toEqual(articleSpec.layers.map(({ type }) => type));
});
