import { describe, expect, test } from "vitest";
import * as layers from "../layers/index.ts";
import { Layer } from "../layers/layer.ts";
import { Network } from "./network.ts";
import { loadNetwork } from "./network-of-spec.ts";
import { layerCosts, summaryOf } from "./summary.ts";

const chainOf = (...list: Layer[]) => Network.chain(list).build(0);

describe("a network", () => {
  test("names its layers as Keras does", () => {
    const { layers: named } = chainOf(
      layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [8, 8, 1] }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 1, kernelSize: 1, name: "conv2d_1" }),
      layers.conv2d({ filters: 1, kernelSize: 1 }),
      layers.maxPooling2d(),
    );
    expect(named.map(({ name }) => name)).toEqual([
      "conv2d",
      "max_pooling2d",
      "conv2d_1",
      "conv2d_2",
      "max_pooling2d_1",
    ]);
  });

  test("passes shapes from layer to layer", () => {
    const { shapes } = chainOf(
      layers.input({ shape: [28, 28, 1] }).call.layer,
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: 3 }),
    );
    expect(shapes).toEqual([[28, 28, 1], [14, 14, 1], [196], [3]]);
  });

  test.each([
    { make: () => chainOf(), message: "sequential: expected at least one layer, got none." },
    {
      make: () => chainOf(layers.flatten()),
      message:
        "flatten: expected the first layer to say what shape a sample has, got no inputShape. Give it inputShape",
    },
    {
      make: () => chainOf(layers.conv2d({ filters: 1, kernelSize: 5, inputShape: [4, 4, 1] })),
      message: "conv2d: expected an image of at least 5 pixels along spatial axis 0, got [4, 4].",
    },
    {
      make: () => chainOf(layers.dense({ units: 1, inputShape: [4] }), layers.maxPooling2d()),
      message: "max_pooling2d: expected an image [H, W, C], got [1].",
    },
    {
      make: () => chainOf(layers.conv2d({ filters: 4, kernelSize: 1, groups: 2, inputShape: [4, 4, 3] })),
      message:
        "conv2d: expected 2 groups to divide the channels of the input and the 4 filters, got [4, 4, 3].",
    },
    {
      make: () => chainOf(layers.reshape({ targetShape: [3, 3], inputShape: [8] })),
      message: "reshape: expected a shape of 8 elements",
    },
    {
      make: () => chainOf(layers.flatten({ inputShape: [0, 2] })),
      message: "flatten: expected an inputShape of whole numbers ≥ 1",
    },
    {
      make: () => chainOf(layers.flatten({ name: "a", inputShape: [2] }), layers.flatten({ name: "a" })),
      message: 'expected different layer names, got "a" twice',
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });

  test("the same layer twice in a chain is refused", () => {
    const layer = layers.flatten({ inputShape: [4] });
    expect(() => chainOf(layer, layer)).toThrow("each layer once");
  });
});

describe("costs", () => {
  const article = chainOf(
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  );

  test("parameters and arithmetic of the article's network", () => {
    const costs = layerCosts(article);
    expect(costs.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(243_786);
    const conv = costs.find(({ name }) => name === "conv2d_1");
    /* 11 × 11 positions of 576 multiply-adds for 64 filters; bias and ReLU are one each. */
    expect(conv?.flops).toBe(121 * 64 * (2 * 576 + 2));
    expect(conv?.activationBytes).toBe(121 * 64 * 4);
  });

  test("the summary is a table with totals", () => {
    const lines = summaryOf(article, []).split("\n");
    expect(lines[0]).toBe("Input [null, 28, 28, 1]");
    expect(lines.find((line) => line.startsWith("dense (dense)"))).toMatch(
      /\[null, 128\]\s+204,928\s+409\.9 kFLOP\s+512 B$/,
    );
    expect(lines).toContain("Parameters: 243,786 (975.1 kB)");
  });
});

describe("specs come from strangers", () => {
  test.each([
    { spec: undefined, message: 'a.json: expected { "layers": [' },
    { spec: { layers: [] }, message: 'a.json: expected { "layers": [' },
    { spec: { layers: [1] }, message: 'a.json, layers[0]: expected an object with a "type", got 1.' },
    {
      spec: { layers: [{ type: "dens", units: 1 }] },
      message: 'a.json, layers[0]: expected a known name, got "dens". Did you mean "dense"?',
    },
    { spec: { layers: [{ type: "__proto__" }] }, message: "a.json, layers[0]: expected a known name" },
    { spec: { layers: [{ type: "constructor" }] }, message: "a.json, layers[0]: expected a known name" },
    {
      spec: { layers: [{ type: "dense", units: "10" }] },
      message: "layers.dense: expected units to be a whole number",
    },
  ])("$message", async ({ spec, message }) => {
    await expect(loadNetwork("a.json", spec)).rejects.toThrow(message);
  });
});

test("a custom layer whose call contradicts its shape rule is named", async () => {
  class Wrong extends Layer {
    readonly type = "wrong";
    override outputShape() {
      return [3];
    }
    override call(input: Parameters<Layer["call"]>[0]) {
      return input;
    }
  }
  expect(() => layerCosts(chainOf(new Wrong({ inputShape: [4] })))).toThrow(
    "wrong: expected call() to make [null, 3], as outputShape() says, got [null, 4].",
  );
});
