import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { loadNamed } from "../core/name-table.ts";
import type { Shape } from "../core/shape.ts";
import { model as functional } from "../training/functional.ts";
import { modelFromSpec } from "../training/load-model.ts";
import type { Model } from "../training/model.ts";
import type { ModelOptions } from "../training/model-options.ts";
import { sequential } from "../training/sequential.ts";
import { activationCases } from "./cases/activation.ts";
import { augmentationCases } from "./cases/augmentation.ts";
import { convolutionCases } from "./cases/convolution.ts";
import { furtherConvolutionCases } from "./cases/convolution-further.ts";
import { coreCases } from "./cases/core.ts";
import type { LayerCase } from "./cases/layer-case.ts";
import { mergingCases } from "./cases/merging.ts";
import { normalizationCases } from "./cases/normalization.ts";
import { paddingCases } from "./cases/padding.ts";
import { poolingCases } from "./cases/pooling.ts";
import { sampleNormalizationCases } from "./cases/sample-normalization.ts";
import { sizeCases } from "./cases/size.ts";
import * as layers from "./index.ts";
import { input as entrance } from "./input.ts";
import type { Layer } from "./layer.ts";
import { layerTable } from "./table.ts";

afterAll(() => disposeBackends());

/** One row at least for every layer: a layer without one fails the last test of this file. */
const rows: readonly LayerCase[] = [
  ...augmentationCases,
  ...activationCases,
  ...convolutionCases,
  ...furtherConvolutionCases,
  ...coreCases,
  ...mergingCases,
  ...normalizationCases,
  ...paddingCases,
  ...sampleNormalizationCases,
  ...poolingCases,
  ...sizeCases,
];

/** A chain of a layer with one input, or a model in which a layer gets several. */
function modelOf({ make, inputs }: LayerCase, behind: readonly Layer[], options: ModelOptions = {}): Model {
  if (inputs.length === 1) return sequential([make(inputs[0]), ...behind], options);
  const entrances = inputs.map((shape) => entrance({ shape }));
  const outputs = behind.reduce((tensor, layer) => layer.apply(tensor), make([]).apply(entrances));
  return functional({ inputs: entrances, outputs, ...options });
}

/** @param which another series of numbers for each */
const samples = (shape: Shape, count: number, which = 0): Float32Array =>
  Float32Array.from({ length: count * shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.fround(((i * 37 + which * 7) % 23) / 11 - 1),
  );

const inputsOf = ({ inputs }: LayerCase, count: number) => inputs.map((shape, i) => samples(shape, count, i));
const given = (arrays: readonly Float32Array[]) => (arrays.length === 1 ? arrays[0] : arrays);

describe.each(rows)("$name $inputs", (layerRow) => {
  const { make, inputs, output, parameters } = layerRow;

  test("has the promised shape and number of parameters", async () => {
    const model = modelOf(layerRow, []);
    expect(model.outputShape).toEqual(output);
    expect((await model.getWeights()).reduce((sum, { data }) => sum + data.length, 0)).toBe(parameters);
    const { shape } = await model.predict(given(inputsOf(layerRow, 3)));
    expect(shape).toEqual([3, ...output]);
  });

  test("computes on wasm what it computes on the reference", async () => {
    const x = given(inputsOf(layerRow, 3));
    const [wasm, reference] = await Promise.all(
      (["wasm", "reference"] as const).map((backend) =>
        modelOf(layerRow, [], { backend, seed: 4 }).predict(x),
      ),
    );
    for (const [i, value] of reference.data.entries()) expect(wasm.data[i]).toBeCloseTo(value, 5);
  });

  test("its options survive being written as JSON", async () => {
    const model = modelOf(layerRow, [], { seed: 4 });
    const again = await modelFromSpec(JSON.parse(JSON.stringify(model.toSpec())), { seed: 4 });
    const x = given(inputsOf(layerRow, 2));
    expect(await again.predict(x)).toEqual(await model.predict(x));
    expect(again.toSpec()).toEqual(model.toSpec());
  });

  test("trains on both backends alike", async () => {
    const trained = async (backend: "wasm" | "reference") => {
      const model = modelOf(layerRow, [layers.flatten(), layers.dense({ units: 2 })], { backend, seed: 2 });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const losses: number[] = [];
      for (let i = 0; i < 3; i++)
        losses.push((await model.trainOnBatch(given(inputsOf(layerRow, 4)), samples([2], 4))).loss);
      return { losses, weights: (await model.getWeights()).flatMap(({ data }) => [...data]) };
    };
    const [wasm, reference] = [await trained("wasm"), await trained("reference")];
    for (const [i, loss] of reference.losses.entries()) expect(wasm.losses[i]).toBeCloseTo(loss, 5);
    for (const [i, weight] of reference.weights.entries()) expect(wasm.weights[i]).toBeCloseTo(weight, 5);
  });

  test("refuses an option it does not have", async () => {
    const layer = make(inputs[0]);
    const factory = await loadNamed("test", layerTable, layer.type);
    expect(() => factory({ ...layer.options, paddin: 1 } as never)).toThrow(
      `layers.${layer.type}: expected a known option`,
    );
  });
});

test("every layer has a row in the contract test", async () => {
  const all = [...Object.keys(layerTable.common), ...Object.keys(await layerTable.load())];
  expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual(all.sort());
});

describe("bad options are errors that say what would be good", () => {
  test.each([
    {
      make: () => layers.conv2d({ filters: 0, kernelSize: 3 }),
      message: "layers.conv2d: expected filters to be a whole number ≥ 1, got 0.",
    },
    {
      make: () => layers.conv2d({ filters: 1, kernelSize: [3] as never }),
      message: "layers.conv2d: expected kernelSize to be a whole number ≥ 1, or 2 of them, got [3].",
    },
    {
      make: () => layers.conv2d({ filters: 1, kernelSize: 3, padding: "sane" as never }),
      message: 'layers.conv2d: expected a known name, got "sane". Did you mean "same"?',
    },
    {
      make: () => layers.conv2d({ filters: 1, kernelSize: 3, activation: "rleu" as never }),
      message: 'layers.conv2d: expected a known name, got "rleu". Did you mean "relu"?',
    },
    {
      make: () => layers.dense({ units: 1.5 }),
      message: "layers.dense: expected units to be a whole number ≥ 1, got 1.5.",
    },
    {
      make: () => layers.dropout({ rate: 1 }),
      message: "layers.dropout: expected rate to be at least 0 and below 1, got 1.",
    },
    {
      make: () => layers.zeroPadding2d({ padding: -1 }),
      message: "layers.zeroPadding2d: expected padding as a number",
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });

  test("typos do not compile", () => {
    // @ts-expect-error no such option
    expect(() => layers.conv2d({ filters: 1, kernelSise: 3 })).toThrow();
    // @ts-expect-error no such activation
    expect(() => layers.dense({ units: 1, activation: "rulu" })).toThrow();
    // @ts-expect-error no such initializer
    const misspelt = layers.dense({ units: 1, kernelInitializer: "glorot", inputShape: [1] });
    expect(() => sequential([misspelt])).toThrow('got "glorot"');
    expect(layers.dense({ units: 1, kernelInitializer: "glorot_uniform" }).type).toBe("dense");
  });
});

describe("dropout", () => {
  test("drops the promised share in training, scales the rest, and does nothing otherwise", async () => {
    const model = sequential([layers.dropout({ rate: 0.25, inputShape: [1000] })]);
    const ones = new Float32Array(4000).fill(1);
    expect([...new Set((await model.predict(ones)).data)]).toEqual([1]);
    const trained = sequential([layers.dropout({ rate: 0.25, inputShape: [1000] })]);
    trained.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    /* Against targets of 0 the loss is the mean square: 0.75 · (4/3)². */
    const { loss } = await trained.trainOnBatch(ones, new Float32Array(4000));
    expect(loss).toBeCloseTo(4 / 3, 1);
  });

  test("the mask follows from seed, step and sample, not from the backend", async () => {
    const losses = async (seed: number, backend: "wasm" | "reference") => {
      const model = sequential([layers.dropout({ rate: 0.5, inputShape: [40] })], { seed, backend });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const x = samples([40], 5);
      const y = new Float32Array(x.length);
      return [await model.trainOnBatch(x, y), await model.trainOnBatch(x, y)].map(({ loss }) =>
        loss.toPrecision(5),
      );
    };
    const first = await losses(1, "wasm");
    expect(await losses(1, "reference")).toEqual(first);
    expect(await losses(2, "wasm")).not.toEqual(first);
    expect(first[0]).not.toBe(first[1]);
  });
});
