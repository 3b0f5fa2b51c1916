import { afterAll, describe, expect, test } from "vitest";
import { article, images, nested, residual } from "../../test/explained-networks.ts";
import type { BackendChoice } from "../backends/choose-backend.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import { sizeOf } from "../core/shape.ts";
import * as layers from "../layers/index.ts";
import type { Layer } from "../layers/layer.ts";
import { model as functional } from "../training/functional.ts";
import { modelFromSpec } from "../training/load-model.ts";
import type { Model } from "../training/model.ts";
import { sequential } from "../training/sequential.ts";
import { placeOf } from "./arithmetic/places.ts";
import { type ExplainValueOptions, explainValue } from "./explain-value.ts";
import { trace } from "./trace.ts";

afterAll(() => disposeBackends());

const at = (layer: string, place: readonly number[]): ExplainValueOptions => {
  const [unit, x, y] = [...place].reverse();
  return { layer, unit, ...(x !== undefined && { x }), ...(y !== undefined && { y }) };
};

/** Compares numbers of every layer with what the trace stores, bit for bit: `most` of each, spread evenly. */
async function expectSameBits(model: Model, image: Float32Array, most: number): Promise<number> {
  const traced = await trace(model, image);
  let compared = 0;
  for (const { name, output } of traced.layers) {
    const count = sizeOf(output.shape);
    const places = Array.from({ length: Math.min(most, count) }, (_, i) =>
      Math.floor((i * count) / Math.min(most, count)),
    );
    for (const position of places) {
      const place = placeOf(output.shape, position);
      const { total, stored } = await explainValue(model, image, at(name, place));
      expect(Object.is(stored, output.data[position]), `${name} ${place} stored`).toBe(true);
      expect(Object.is(total, stored), `${name} ${place}: ${total} and ${stored}`).toBe(true);
      compared++;
    }
  }
  return compared;
}

/** Layers in front of an image [7, 6, 4], each with what makes its sums run in another order. */
const kinds: { name: string; make: () => Layer[] }[] = [
  { name: "conv2d, valid", make: () => [layers.conv2d({ filters: 5, kernelSize: 3 })] },
  {
    name: "conv2d, Winograd's sizes",
    make: () => [
      layers.conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu" }),
      layers.conv2d({ filters: 16, kernelSize: 3, padding: "same", biasInitializer: "heNormal" }),
    ],
  },
  {
    name: "conv2d, same, strides, tanh",
    make: () => [
      layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: 2, padding: "same", activation: "tanh" }),
    ],
  },
  { name: "conv2d, dilation", make: () => [layers.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2 })] },
  { name: "conv2d, groups", make: () => [layers.conv2d({ filters: 6, kernelSize: 3, groups: 2 })] },
  {
    name: "conv2d, depthwise",
    make: () => [layers.conv2d({ filters: 4, kernelSize: 3, groups: 4, activation: "sigmoid" })],
  },
  {
    name: "conv2dTranspose, strides",
    make: () => [layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same" })],
  },
  {
    name: "conv2dTranspose, wide",
    make: () => [layers.conv2dTranspose({ filters: 9, kernelSize: 3, activation: "relu" })],
  },
  { name: "depthwiseConv2d", make: () => [layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })] },
  { name: "separableConv2d", make: () => [layers.separableConv2d({ filters: 5, kernelSize: 3 })] },
  { name: "cropping2d", make: () => [layers.cropping2d({ cropping: 1 })] },
  { name: "globalMaxPooling2d", make: () => [layers.globalMaxPooling2d()] },
  {
    name: "conv1d and its transpose",
    make: () => [
      layers.reshape({ targetShape: [42, 4] }),
      layers.conv1d({ filters: 3, kernelSize: 4, strides: 3, padding: "same", activation: "tanh" }),
      layers.conv1dTranspose({ filters: 2, kernelSize: 3, strides: 2 }),
    ],
  },
  { name: "maxPooling2d", make: () => [layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })] },
  {
    name: "averagePooling2d",
    make: () => [layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })],
  },
  { name: "globalAveragePooling2d", make: () => [layers.globalAveragePooling2d()] },
  { name: "globalAveragePooling2d, kept", make: () => [layers.globalAveragePooling2d({ keepdims: true })] },
  { name: "batchNormalization", make: () => [layers.batchNormalization({ gammaInitializer: "heNormal" })] },
  { name: "dropout", make: () => [layers.dropout({ rate: 0.5 })] },
  { name: "rescaling", make: () => [layers.rescaling({ scale: 2, offset: -1 })] },
  {
    name: "zeroPadding2d",
    make: () => [
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
    ],
  },
  { name: "activation, softmax", make: () => [layers.activation({ activation: "softmax" })] },
  {
    name: "flatten, dense, softmax",
    make: () => [
      layers.flatten(),
      layers.dense({ units: 33, activation: "relu", biasInitializer: "ones" }),
      layers.dense({ units: 23, activation: "softmax" }),
    ],
  },
  {
    name: "reshape, dense on rows",
    make: () => [layers.reshape({ targetShape: [42, 4] }), layers.dense({ units: 3 })],
  },
  {
    name: "custom function",
    make: () => [
      layers.conv2d({ filters: 2, kernelSize: 1, activation: (x) => x }),
      layers.activation({ activation: "tanh" }),
    ],
  },
];

describe.each(["wasm", "reference"] as BackendChoice[])(
  "explainValue on %s gives the stored bits of",
  (backend) => {
    test.each(kinds)("$name", async ({ make }) => {
      const image = images(1, 168).map((value) => value - 0.5);
      const model = sequential([layers.dropout({ rate: 0.1, inputShape: [7, 6, 4] }), ...make()], {
        seed: 2,
        backend,
      });
      expect(await expectSameBits(model, image, 9)).toBeGreaterThanOrEqual(9 + 3);
    });

    test("layers that join several inputs", async () => {
      const image = layers.input({ shape: [3, 4], name: "image" });
      const left = layers.dense({ units: 4, name: "left" }).apply(image);
      const outputs = [
        ...[layers.add, layers.subtract, layers.multiply, layers.average, layers.maximum, layers.minimum].map(
          (merge) => merge().apply([left, image]),
        ),
        layers.concatenate({ name: "joined" }).apply([left, image]),
        layers.dot({ axes: 2, normalize: true, name: "dot" }).apply([left, image]),
      ];
      const model = functional({ inputs: image, outputs, backend, seed: 4 });
      await expectSameBits(
        model,
        images(1, 12).map((value) => value - 0.5),
        12,
      );
    });

    test("a residual network and a model in a model", async () => {
      await expectSameBits(residual({ seed: 5, backend }), images(1, 200), 4);
      await expectSameBits(nested({ seed: 5, backend }), images(1, 64), 4);
    });
  },
);

describe("explainValue", () => {
  test("gives the stored bits of the article's network, in every layer", async () => {
    await expectSameBits(article(), images(1, 784), 6);
  });

  test("adds long rows up as the engine does", async () => {
    const model = sequential([layers.globalAveragePooling2d({ inputShape: [61, 3, 1] })]);
    await expectSameBits(model, images(1, 183), 1);
    const many = sequential([layers.globalAveragePooling2d({ inputShape: [64, 64, 9] })]);
    await expectSameBits(many, images(1, 64 * 64 * 9), 9);
  });

  test("opens a convolution: operands, products, sums by channel, bias, activation", async () => {
    const spec = {
      layers: [
        {
          type: "conv2d",
          name: "conv",
          filters: 2,
          kernelSize: 2,
          padding: "same",
          activation: "relu",
          inputShape: [2, 2, 2],
        },
      ],
    };
    const model = await modelFromSpec(spec);
    const kernel = Float32Array.from({ length: 16 }, (_, i) => (i % 3) - 0.5);
    await model.setWeights([kernel, Float32Array.of(0.25, 0.75)]);
    const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const explained = await explainValue(model, image, { layer: "conv", y: 1, x: 0, unit: 1 });
    /* Below the image lie zeros; the window of row 1 holds the pixels (5, 6) and (7, 8). */
    expect(explained.terms.map(({ operand }) => operand.value)).toEqual([5, 6, 7, 8, 0, 0, 0, 0]);
    const weights = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => kernel[2 * i + 1]);
    expect(explained.terms.map(({ weight }) => weight?.value)).toEqual(weights);
    expect(explained.terms.map(({ operand }) => operand.from.kind)).toEqual([
      ...new Array(4).fill("input"),
      ...new Array(4).fill("padding"),
    ]);
    expect(explained.terms[2].operand.from).toEqual({ kind: "input", name: "input", place: [1, 1, 0] });
    expect(explained.terms[2].weight?.from).toEqual({
      kind: "weight",
      name: "conv/kernel",
      place: [0, 1, 0, 1],
    });
    const products = [5, 6, 7, 8].map((pixel, i) => pixel * weights[i]);
    expect(explained.terms.slice(0, 4).map(({ product }) => product)).toEqual(products);
    expect(explained.steps[0].channels).toEqual([
      { channel: 0, sum: products[0] + products[2] },
      { channel: 1, sum: products[1] + products[3] },
    ]);
    const sum = products.reduce((a, b) => a + b);
    expect(explained.bias).toBe(0.75);
    expect(explained.preActivation).toBe(sum + 0.75);
    expect(explained.total).toBe(Math.max(0, sum + 0.75));
    expect(explained.steps.map(({ op }) => op)).toEqual(["conv", "add", "relu"]);
  });

  test("leads from a probability to the layer before, and on to the pixels", async () => {
    const model = article();
    const image = images(1, 784);
    const p = await explainValue(model, image, { layer: "dense_1", unit: 3 });
    expect(p.terms).toHaveLength(128);
    expect(p.terms[5].operand.from).toEqual({ kind: "activation", layer: "dense", place: [5] });
    const unit = await explainValue(model, image, { layer: "dense", unit: 5 });
    expect(unit.total).toBe(p.terms[5].operand.value);
    const flat = unit.terms[77].operand;
    expect(flat.from).toEqual({ kind: "activation", layer: "flatten", place: [77] });
    const pixel = await explainValue(model, image, { layer: "flatten", unit: 77 });
    expect(pixel.total).toBe(flat.value);
  });

  test("says which number won a max pooling", async () => {
    const model = sequential([layers.maxPooling2d({ inputShape: [2, 2, 1], name: "pool" })]);
    const { steps, terms, total } = await explainValue(model, [3, 7, 7, 5], {
      layer: "pool",
      y: 0,
      x: 0,
      unit: 0,
    });
    expect({ winner: steps[0].winner, total, terms: terms.length }).toEqual({
      winner: 1,
      total: 7,
      terms: 4,
    });
  });

  test("refuses places outside of the layer", async () => {
    const model = article();
    const image = images(1, 784);
    await expect(explainValue(model, image, { layer: "conv2d", unit: 64, y: 0, x: 0 })).rejects.toThrow(
      /y, x, unit inside conv2d, which makes \[26, 26, 64\], got unit 64/,
    );
    await expect(explainValue(model, image, { layer: "dense", unit: 0, y: 0, x: 0 })).rejects.toThrow(
      /unit inside/,
    );
    await expect(explainValue(model, image, { layer: "conv2d", unit: 0 })).rejects.toThrow(/y none/);
    await expect(explainValue(model, image, { layer: "conv", unit: 0, y: 0, x: 0 })).rejects.toThrow(
      /conv2d/,
    );
  });
});
