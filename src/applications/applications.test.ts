import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { sizeOf } from "../core/shape.ts";
import type { Model } from "../training/model.ts";
import * as applications from "./index.ts";

afterAll(() => disposeBackends());

const countOf = (model: Model): number =>
  model.weightShapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const trainableOf = (model: Model): number =>
  model.layers
    .flatMap((layer) => layer.trainableWeights)
    .reduce((sum, { state }) => sum + sizeOf(state.shape), 0);

/** Totals as Keras publishes them, moving statistics included; those of ResNet 18 and 34 are torchvision's, trainable ones. */
const published = [
  { make: applications.vgg16, total: 138_357_544, first: "block1_conv1/kernel", features: [1, 1, 512] },
  { make: applications.vgg19, total: 143_667_240, first: "block1_conv1/kernel", features: [1, 1, 512] },
  { make: applications.resnet18, trainable: 11_689_512, first: "conv1_conv/kernel", features: [1, 1, 512] },
  { make: applications.resnet34, trainable: 21_797_672, first: "conv1_conv/kernel", features: [1, 1, 512] },
  { make: applications.resnet50, total: 25_636_712, first: "conv1_conv/kernel", features: [1, 1, 2048] },
  { make: applications.resnet50V2, total: 25_613_800, first: "conv1_conv/kernel", features: [1, 1, 2048] },
  { make: applications.densenet121, total: 8_062_504, first: "conv1_conv/kernel", features: [1, 1, 1024] },
];

describe.each(published)("$make.name", ({ make, total, trainable, first, features }) => {
  test("has as many weights as published, named as Keras names them", () => {
    const model = make();
    if (total) expect(countOf(model)).toBe(total);
    if (trainable) expect(trainableOf(model)).toBe(trainable);
    const names = model.weightShapes.map(({ name }) => name);
    expect(names[0]).toBe(first);
    expect(names.slice(-2)).toEqual(["predictions/kernel", "predictions/bias"]);
    expect(model.inputShape).toEqual([224, 224, 3]);
    expect(model.outputShape).toEqual([1000]);
  });

  test("without the classifier feature maps or their means come out", () => {
    const inputShape = [32, 32, 3];
    expect(make({ includeTop: false, inputShape }).outputShape).toEqual(features);
    expect(make({ includeTop: false, inputShape, pooling: "avg" }).outputShape).toEqual([features[2]]);
    expect(make({ includeTop: false, inputShape, pooling: "max" }).outputShape).toEqual([features[2]]);
  });
});

test("weights stand in Keras's order in a block of ResNet-50, by depth", () => {
  const names = applications.resnet50().weightShapes.map(({ name }) => name);
  const block = names.filter((name) => name.startsWith("conv2_block1")).map((name) => name.split("/")[0]);
  /* As keras.applications.ResNet50().weights lists them. */
  expect([...new Set(block)]).toEqual([
    "conv2_block1_1_conv",
    "conv2_block1_1_bn",
    "conv2_block1_2_conv",
    "conv2_block1_2_bn",
    "conv2_block1_0_conv",
    "conv2_block1_3_conv",
    "conv2_block1_0_bn",
    "conv2_block1_3_bn",
  ]);
});

test("LeNet-5 has 61,706 weights and answers", async () => {
  const model = applications.lenet5({ seed: 1 });
  expect(countOf(model)).toBe(61_706);
  const { data, shape } = await model.predict(new Float32Array(2 * 784).fill(0.5));
  expect(shape).toEqual([2, 10]);
  expect(data.subarray(0, 10).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
});

test("U-Net gives every pixel a class", async () => {
  const model = applications.unet({ inputShape: [16, 24, 1], filters: 4, depth: 2, classes: 3 });
  const conv = (size: number, from: number, to: number) => size * size * from * to + to;
  const twice = (from: number, to: number) => conv(3, from, to) + conv(3, to, to);
  const down = twice(1, 4) + twice(4, 8) + twice(8, 16);
  const up = conv(2, 16, 8) + twice(16, 8) + conv(2, 8, 4) + twice(8, 4);
  expect(countOf(model)).toBe(down + up + conv(1, 4, 3));
  const { data, shape } = await model.predict(new Float32Array(16 * 24).fill(0.3));
  expect(shape).toEqual([1, 16, 24, 3]);
  expect(data[0] + data[1] + data[2]).toBeCloseTo(1, 5);
  expect(applications.unet({ classes: 1, batchNorm: true }).outputShape).toEqual([256, 256, 1]);
});

test("a U-Net learns a step", async () => {
  const model = applications.unet({ inputShape: [8, 8, 1], filters: 2, depth: 1, batchNorm: true, seed: 2 });
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const x = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 7) / 7);
  const before = await model.weightsSha256();
  const { loss } = await model.trainOnBatch(
    x,
    Uint8Array.from(x, (value) => Number(value > 0.5)),
  );
  expect(loss).toBeGreaterThan(0);
  expect(await model.weightsSha256()).not.toBe(before);
});

test.each([
  { make: () => applications.vgg16({ includeTopp: true } as never), message: 'Did you mean "includeTop"?' },
  {
    make: () => applications.vgg16({ inputShape: [16, 16, 3] }),
    message: "inputShape as [H, W, C] of at least 32 × 32 pixels, got [16,16,3]",
  },
  {
    make: () => applications.resnet50({ pooling: "mean" as never }),
    message: 'pooling "avg" or "max", got "mean"',
  },
  { make: () => applications.resnet50({ classes: 0 }), message: "classes to be a whole number ≥ 1, got 0" },
  {
    make: () => applications.unet({ inputShape: [20, 20, 1], depth: 3 }),
    message: "rows and columns that 8 divides, for depth 3, got [20,20,1]",
  },
])("$message", ({ make, message }) => {
  expect(make).toThrow(message);
});
