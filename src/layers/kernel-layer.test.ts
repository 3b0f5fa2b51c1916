import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { constraints, regularizers } from "../index.ts";
import { modelFromSpec } from "../training/load-model.ts";
import { sequential } from "../training/sequential.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

afterAll(() => disposeBackends());

const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((i * 29) % 17) / 8 - 1);
const sum = (list: ArrayLike<number>, of: (x: number) => number): number =>
  Array.from(list).reduce((total, x) => total + of(x), 0);

const size = { filters: 3, kernelSize: 2 };
const kernelOptions = { kernelRegularizer: "l1", kernelConstraint: "nonNeg" } as const;
const depthwiseOptions = { depthwiseRegularizer: "l1", depthwiseConstraint: "nonNeg" } as const;
const pointwiseOptions = { pointwiseRegularizer: "l2", pointwiseConstraint: "unitNorm" } as const;
const biasOptions = { biasRegularizer: "l2", biasConstraint: "max_norm" } as const;
const both = { ...depthwiseOptions, ...pointwiseOptions, ...biasOptions };

const kernel = { kernel: ["l1", "nonNeg"] };
const separate = { depthwise_kernel: ["l1", "nonNeg"], pointwise_kernel: ["l2", "unitNorm"] };

describe("prices and limits of each weight go to that weight", () => {
  test.each<{ layer: Layer; shape: number[]; weights: Record<string, string[]> }>([
    { layer: layers.dense({ units: 3, ...kernelOptions, ...biasOptions }), shape: [4], weights: kernel },
    { layer: layers.conv1d({ ...size, ...kernelOptions, ...biasOptions }), shape: [5, 2], weights: kernel },
    {
      layer: layers.conv2d({ ...size, ...kernelOptions, ...biasOptions }),
      shape: [5, 5, 2],
      weights: kernel,
    },
    {
      layer: layers.conv3d({ ...size, ...kernelOptions, ...biasOptions }),
      shape: [3, 3, 3, 2],
      weights: kernel,
    },
    {
      layer: layers.conv2dTranspose({ ...size, ...kernelOptions, ...biasOptions }),
      shape: [5, 5, 2],
      weights: kernel,
    },
    {
      layer: layers.depthwiseConv1d({ kernelSize: 2, ...depthwiseOptions, ...biasOptions }),
      shape: [5, 2],
      weights: kernel,
    },
    { layer: layers.separableConv1d({ ...size, ...both }), shape: [5, 2], weights: separate },
    { layer: layers.separableConv2d({ ...size, ...both }), shape: [5, 5, 2], weights: separate },
  ])("$layer.type", ({ layer, shape, weights }) => {
    layer.buildOnce([shape], 0);
    const said = layer.weights.map(({ name, regularizer, constraint }) => [
      name,
      [regularizer?.name, constraint?.name],
    ]);
    expect(Object.fromEntries(said)).toEqual({ ...weights, bias: ["l2", "maxNorm"] });
  });
});

test("the loss has the prices of kernel and bias, and a sample's share of the price of the outputs", async () => {
  const layer = layers.conv1d({
    filters: 2,
    kernelSize: 3,
    kernelRegularizer: regularizers.l2({ l2: 0.25 }),
    biasRegularizer: { name: "l1", l1: 0.5 },
    biasInitializer: "ones",
    activityRegularizer: regularizers.l2({ l2: 0.125 }),
    inputShape: [6, 2],
  });
  const model = sequential([layer], { seed: 3 });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const x = numbers(4 * 6 * 2);
  const [kernelWeight, bias] = await model.getWeights();
  const { data: outputs } = await model.predict(x);
  const { loss } = await model.evaluate({ x, y: new Float32Array(4 * 4 * 2) }, { batchSize: 4 });
  const square = (value: number) => value * value;
  const expected =
    sum(outputs, square) / outputs.length +
    0.25 * sum(kernelWeight.data, square) +
    0.5 * sum(bias.data, Math.abs) +
    (0.125 * sum(outputs, square)) / 4;
  expect(loss).toBeCloseTo(expected, 5);
});

test("a step moves the weights by the slope of their price", async () => {
  const options = { units: 2, kernelRegularizer: "l2", useBias: false, inputShape: [3] } as const;
  const model = sequential([layers.dense(options)], { seed: 5 });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  model.learningRate = 0.5;
  const [{ data: before }] = await model.getWeights();
  /* Samples of zeros: the task itself has no gradient. */
  await model.trainOnBatch(new Float32Array(6), new Float32Array(4));
  const [{ data: after }] = await model.getWeights();
  /* Keras's default is 0.01: w − 0.5 · 2 · 0.01 · w. */
  for (const [i, weight] of before.entries()) expect(after[i]).toBeCloseTo(0.99 * weight, 6);
});

test("updates end where the constraint allows", async () => {
  const options = { filters: 4, kernelSize: 2, kernelConstraint: constraints.nonNeg() } as const;
  const model = sequential([layers.conv1d({ ...options, inputShape: [5, 2] }), layers.flatten()], {
    seed: 1,
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const [{ data: before }] = await model.getWeights();
  expect(Math.min(...before)).toBeLessThan(0);
  await model.trainOnBatch(numbers(20), numbers(32));
  const [{ data: after }] = await model.getWeights();
  expect(Math.min(...after)).toBe(0);
  expect(Math.max(...after)).toBeGreaterThan(0);
});

test("they survive being written as JSON, whichever way they were given", async () => {
  const layer = layers.separableConv2d({
    ...size,
    depthwiseRegularizer: regularizers.l1L2({ l1: 0.5, l2: 0.25 }),
    pointwiseConstraint: { name: "max_norm", maxValue: 3, axis: [0, 1, 2] },
    activityRegularizer: "l2",
    inputShape: [4, 4, 2],
  });
  const spec = JSON.parse(JSON.stringify(sequential([layer], { seed: 1 }).toSpec()));
  const again = await modelFromSpec(spec, { seed: 1 });
  expect(again.toSpec()).toEqual(spec);
  const [depthwise, pointwise] = again.layers[0].weights;
  expect(depthwise.regularizer?.options).toEqual({ l1: 0.5, l2: 0.25 });
  expect(pointwise.constraint?.options).toMatchObject({ maxValue: 3, axis: [0, 1, 2] });
});

test("an unknown name is refused with the nearest one", () => {
  const layer = layers.dense({ units: 1, kernelRegularizer: "L3" as never });
  expect(() => layer.buildOnce([[2]], 0)).toThrow('expected a known name, got "L3". Did you mean "l1"?');
  expect(() => layers.dense({ units: 1, activityRegularizer: "l7" as never })).toThrow("a known name");
});
