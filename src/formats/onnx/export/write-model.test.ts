import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { numbersFor, runOnnx } from "../../../../test/onnx.ts";
import { disposeBackends } from "../../../backends/choose-backend.ts";
import { createRandom } from "../../../core/random.ts";
import type { Shape } from "../../../core/shape.ts";
import type { LayerCase } from "../../../layers/cases/layer-case.ts";
import * as layers from "../../../layers/index.ts";
import { input as entrance } from "../../../layers/input.ts";
import { Layer } from "../../../layers/layer.ts";
import { model as functional } from "../../../training/functional.ts";
import { loadModel } from "../../../training/load-model.ts";
import type { Model } from "../../../training/model.ts";
import { sequential } from "../../../training/sequential.ts";
import { decode } from "../protobuf.ts";

afterAll(() => disposeBackends());

const casesFolder = new URL("../../../layers/cases/", import.meta.url);

/** The rows of the contract of layers: whatever is added there has to be written to files, too. */
async function layerCases(): Promise<LayerCase[]> {
  const files = (await readdir(casesFolder)).filter((name) => name !== "layer-case.ts");
  const modules = await Promise.all(
    files.map((name) => import(new URL(name, casesFolder).href) as Promise<Record<string, unknown>>),
  );
  const isCase = (item: unknown): item is LayerCase => typeof (item as LayerCase | null)?.make === "function";
  return modules.flatMap((module) => Object.values(module).flat().filter(isCase));
}

function modelOf({ make, inputs }: LayerCase): Model {
  if (inputs.length === 1) return sequential([make(inputs[0])], { seed: 5 });
  const entrances = inputs.map((shape) => entrance({ shape }));
  return functional({ inputs: entrances, outputs: make([]).apply(entrances), seed: 5 });
}

/** Numbers that no initializer makes: statistics above 0, everything else of both signs. */
async function fill(model: Model): Promise<void> {
  const weights = await model.getWeights();
  await model.setWeights(
    weights.map(({ name, shape }, i) => {
      const numbers = numbersFor(shape, i + 11).map((value) => value / 3);
      return /variance/.test(name) ? numbers.map((value) => Math.abs(value) + 0.5) : numbers;
    }),
  );
}

function inputsFor(model: Model, batch: number): Record<string, { shape: Shape; data: Float32Array }> {
  const entries = Object.entries(model.inputShapes).map(([name, sample], i) => {
    const shape = [batch, ...sample];
    return [name, { shape, data: numbersFor(shape, i + 3) }] as const;
  });
  return Object.fromEntries(entries);
}

/** The largest difference between what is predicted here and what onnxruntime computes from the file, relative to 1 + |value|. */
async function difference(model: Model, bytes: Uint8Array, batch = 3): Promise<number> {
  const inputs = inputsFor(model, batch);
  const expected = await model.predictAll(
    Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data])),
  );
  const actual = Object.values(await runOnnx(bytes, inputs));
  return Object.values(expected).reduce((worst, { shape, data }, i) => {
    expect(actual[i].shape).toEqual(shape);
    return data.reduce((most, want, j) => {
      const bothNaN = Number.isNaN(want) && Number.isNaN(actual[i].data[j]);
      return Math.max(most, bothNaN ? 0 : Math.abs(actual[i].data[j] - want) / (1 + Math.abs(want)));
    }, worst);
  }, 0);
}

const opsOf = (bytes: Uint8Array) =>
  decode("Model", bytes, "test").graph?.node.map(({ opType }) => opType) ?? [];

const written = (model: Model) => model.serialize({ format: "onnx" });

describe("every layer", async () => {
  test.each((await layerCases()).map((row) => [row.name, JSON.stringify(row.inputs), row] as const))(
    "%s of %s computes in onnxruntime what it computes here, and comes back",
    async (_name, _inputs, row) => {
      const model = modelOf(row);
      await fill(model);
      const bytes = await written(model);
      expect(await difference(model, bytes)).toBeLessThan(1e-5);
      const again = await loadModel(bytes);
      expect(await difference(again, bytes)).toBeLessThan(1e-5);
      expect(Object.values(again.outputShapes)).toEqual(Object.values(model.outputShapes));
      await Promise.all([model.dispose(), again.dispose()]);
    },
  );
});

const classifier = () =>
  sequential(
    [
      layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", useBias: false, inputShape: [8, 9, 3] }),
      layers.batchNormalization(),
      layers.activation({ activation: "relu" }),
      layers.dropout({ rate: 0.3, name: "forget" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 5, kernelSize: 3, activation: "relu" }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 4, activation: "softmax" }),
    ],
    { seed: 3 },
  );

describe("a file", () => {
  test("has the nodes that others would write, and axes reordered once", async () => {
    const model = classifier();
    expect(opsOf(await written(model))).toEqual([
      "Transpose",
      "Conv",
      "BatchNormalization",
      "Relu",
      "MaxPool",
      "Conv",
      "Relu",
      "GlobalAveragePool",
      "Flatten",
      "Gemm",
      "Softmax",
    ]);
    await model.dispose();
  });

  test("says which layers it leaves out", async () => {
    const model = classifier();
    const { metadataProps } = decode("Model", await written(model), "test");
    expect(metadataProps).toEqual([{ key: "dropped", value: "forget" }]);
    const folder = await mkdtemp(join(tmpdir(), "convnet-onnx-"));
    const path = join(folder, "network.onnx");
    expect(await model.save(path)).toEqual({ dropped: ["forget"] });
    await (await loadModel(path)).dispose();
    await rm(folder, { recursive: true });
    await model.dispose();
  });

  test("has the same bytes every time", async () => {
    const model = classifier();
    expect(await written(model)).toEqual(await written(model));
    await model.dispose();
  });

  test("comes back as the same layers, trainable", async () => {
    const model = classifier();
    await fill(model);
    const again = await loadModel(await written(model));
    expect(again.layers.map(({ type }) => type)).toEqual([
      "input",
      "conv2d",
      "batchNormalization",
      "activation",
      "maxPooling2d",
      "conv2d",
      "activation",
      "globalAveragePooling2d",
      "flatten",
      "dense",
      "activation",
    ]);
    expect(again.inputShape).toEqual([8, 9, 3]);
    const x = numbersFor([6, 8, 9, 3]);
    const [own, theirs] = [await model.predict(x), await again.predict(x)];
    expect(Math.max(...own.data.map((value, i) => Math.abs(value - theirs.data[i])))).toBeLessThan(1e-6);
    again.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const labels = [0, 1, 2, 3, 0, 1];
    const first = await again.trainOnBatch(x, labels);
    for (let i = 0; i < 15; i++) await again.trainOnBatch(x, labels);
    expect((await again.trainOnBatch(x, labels)).loss).toBeLessThan(first.loss);
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test("holds branches, models in models and several outputs", async () => {
    const image = entrance({ shape: [6, 6, 4], name: "image" });
    const encoder = sequential(
      [
        layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", inputShape: [6, 6, 4] }),
        layers.batchNormalization(),
      ],
      { name: "encoder" },
    );
    const maps = encoder.apply(image);
    const sum = layers.add().apply([encoder.apply(maps), image]);
    const joined = layers.concatenate().apply([sum, maps]);
    const model = functional({
      inputs: image,
      outputs: {
        maps: joined,
        flat: layers.dense({ units: 3 }).apply(layers.flatten().apply(joined)),
        same: image,
      },
    });
    await fill(model);
    expect(await difference(model, await written(model))).toBeLessThan(1e-5);
    await model.dispose();
  });

  test("is refused by the name of the layer that ONNX cannot express", async () => {
    class Noise extends Layer {
      readonly type = "noise";
      override call(...[x, context]: Parameters<Layer["call"]>) {
        return context.uniform(x.graph, x.shape.slice(1));
      }
    }
    const model = sequential([new Noise({ name: "static", inputShape: [4] })]);
    await expect(written(model)).rejects.toThrow(/^static:.*random/);
    await model.dispose();
  });
});

/** A chain or a graph with a branch, of layers and options that are drawn. */
function randomModel(seed: number): Model {
  const random = createRandom(seed, "architecture");
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const padding = () => pick(["valid", "same"] as const);
  const image = entrance({ shape: [pick([7, 8, 9]), pick([7, 8, 10]), pick([1, 3, 4])] });
  const convolution = () =>
    layers.conv2d({
      filters: pick([2, 4, 6]),
      kernelSize: pick([1, 2, 3]),
      strides: pick([1, 1, 2]),
      padding: padding(),
      useBias: pick([true, false]),
      activation: pick(["linear", "relu", "tanh", "sigmoid"] as const),
    });
  const body = [
    convolution,
    convolution,
    () => layers.depthwiseConv2d({ kernelSize: pick([2, 3]), padding: "same" }),
    () =>
      layers.conv2dTranspose({
        filters: pick([2, 3]),
        kernelSize: pick([2, 3]),
        strides: pick([1, 2]),
        padding: padding(),
      }),
    () => layers.batchNormalization(),
    () => layers.maxPooling2d({ poolSize: 2, padding: "same" }),
    () => layers.averagePooling2d({ poolSize: pick([2, 3]), strides: pick([1, 2]), padding: "same" }),
    () =>
      layers.zeroPadding2d({
        padding: pick([
          1,
          [
            [0, 1],
            [2, 0],
          ],
        ] as const),
      }),
    () => layers.activation({ activation: pick(["relu", "sigmoid"] as const) }),
    () => layers.dropout({ rate: 0.2 }),
    () => layers.rescaling({ scale: 0.5, offset: 0.1 }),
  ];
  let tensor = image;
  for (let i = 0; i < 5; i++) {
    const next = pick(body)().apply(tensor);
    const isAlike = next.shape.every((length, axis) => length === tensor.shape[axis]);
    tensor =
      isAlike && random.uniform() < 0.4
        ? pick([layers.add, layers.maximum, layers.concatenate])().apply([next, tensor])
        : next;
  }
  const end = random.uniform() < 0.5 ? layers.flatten() : layers.globalAveragePooling2d();
  const outputs = layers
    .dense({ units: 3, activation: pick(["linear", "softmax"] as const) })
    .apply(end.apply(tensor));
  return functional({ inputs: image, outputs, seed });
}

test("random architectures compute in onnxruntime what they compute here, and come back", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const model = randomModel(seed);
    const bytes = await written(model);
    expect(await difference(model, bytes, 2), model.summary()).toBeLessThan(1e-5);
    const again = await loadModel(bytes);
    expect(await difference(again, bytes, 2), model.summary()).toBeLessThan(1e-5);
    await Promise.all([model.dispose(), again.dispose()]);
  }
});
