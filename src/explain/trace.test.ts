import { afterAll, describe, expect, test } from "vitest";
import { article, images, nested, relativeError, residual } from "../../test/explained-networks.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import { loadModel } from "../training/load-model.ts";
import type { Model } from "../training/model.ts";
import type { ModelOptions } from "../training/model-options.ts";
import { sequential } from "../training/sequential.ts";
import { featureMaps } from "./feature-maps.ts";
import { kernels } from "./kernels.ts";
import { type LayerTrace, type Trace, trace } from "./trace.ts";

afterAll(() => disposeBackends());

const networks: Record<string, { make: (options: ModelOptions) => Model; size: number }> = {
  "the article's network": { make: article, size: 784 },
  "a residual network": { make: residual, size: 200 },
  "a model in a model": { make: nested, size: 64 },
};
const rows = Object.entries(networks).map(([name, row]) => ({ name, ...row }));

function layerOf({ layers: traced }: Trace, name: string): LayerTrace {
  const found = traced.find((layer) => layer.name === name);
  if (!found) throw new Error(`${name} is not among ${traced.map((layer) => layer.name)}`);
  return found;
}

describe.each(rows)("the trace of $name", ({ make, size }) => {
  const image = images(1, size);

  test("ends in what predict says", async () => {
    const model = make({ seed: 3 });
    const { outputs } = await trace(model, image);
    const [output] = Object.values(outputs);
    expect(relativeError(output.data, (await model.predict(image)).data)).toBeLessThanOrEqual(1e-5);
    expect(output.shape).toEqual(model.outputShape);
  });

  test("holds what float64 computes, layer by layer", async () => {
    const traced = await trace(make({ seed: 3 }), image);
    const exact = await trace(make({ seed: 3, backend: "reference" }), image);
    expect(traced.layers.map(({ name, type, reads }) => [name, type, reads])).toEqual(
      exact.layers.map(({ name, type, reads }) => [name, type, reads]),
    );
    for (const [i, layer] of traced.layers.entries()) {
      const expected = exact.layers[i];
      expect(relativeError(layer.output.data, expected.output.data), layer.name).toBeLessThanOrEqual(1e-5);
      expect(layer.preActivation?.shape).toEqual(expected.preActivation?.shape);
      if (layer.preActivation && expected.preActivation)
        expect(relativeError(layer.preActivation.data, expected.preActivation.data)).toBeLessThanOrEqual(
          1e-5,
        );
    }
  });
});

describe("trace", () => {
  test("keeps the sums before an activation, and only there", async () => {
    const { layers: traced } = await trace(article(), images(1, 784));
    for (const { type, preActivation, output } of traced) {
      const isWeighted = type === "conv2d" || type === "dense";
      expect(preActivation !== undefined).toBe(isWeighted);
      if (!preActivation || output.shape.join() === "10") continue;
      expect(output.data).toEqual(preActivation.data.map((value) => Math.max(value, 0)));
      expect(Math.min(...preActivation.data)).toBeLessThan(0);
    }
  });

  test("says which number won in a max pooling", async () => {
    const traced = await trace(article(), images(1, 784));
    const before = layerOf(traced, "conv2d").output;
    const { argMax, output } = layerOf(traced, "max_pooling2d");
    const [height, width, channels] = output.shape;
    expect(argMax?.shape).toEqual([height, width, channels]);
    const expected = output.data.map((_, i) => {
      const c = i % channels;
      const x = Math.floor(i / channels) % width;
      const y = Math.floor(i / channels / width);
      const places = [0, 1, 26, 27].map((step) => (2 * y * 26 + 2 * x + step) * channels + c);
      return places.reduce((best, at) => (before.data[at] > before.data[best] ? at : best), places[0]);
    });
    expect(argMax?.data).toEqual(Int32Array.from(expected));
  });

  test("names what a layer reads, models inside by path, and a second use by number", async () => {
    const { layers: traced } = await trace(nested(), images(1, 64));
    expect(traced.map(({ name, reads }) => `${name} <- ${reads.join()}`)).toEqual([
      "image <- ",
      "encoder/input <- image",
      "encoder/conv <- encoder/input",
      "encoder/pool <- encoder/conv",
      "encoder <- encoder/input",
      "flat <- encoder",
      "twice <- flat",
      "twice#1 <- twice",
      "classes <- twice#1",
    ]);
  });

  test("shows pixels of bytes as the first layer sees them", async () => {
    const bytes = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
    const { inputs } = await trace(article(), bytes);
    const [{ data, shape }] = Object.values(inputs);
    expect(shape).toEqual([28, 28, 1]);
    expect(data).toEqual(Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255)));
  });

  test("sees weights that were changed, and models that were read from a file", async () => {
    const model = residual();
    const image = images(1, 200);
    const before = await trace(model, image);
    const loaded = await loadModel(await model.serialize());
    expect((await trace(loaded, image)).layers.map(({ output }) => output)).toEqual(
      before.layers.map(({ output }) => output),
    );
    await model.setWeights(await residual({ seed: 6 }).getWeights());
    expect((await trace(model, image)).outputs).not.toEqual(before.outputs);
  });

  test("refuses anything but one image", async () => {
    await expect(trace(article(), images(2, 784))).rejects.toThrow(/expected one image, got 2/);
    await expect(trace(article(), images(1, 783))).rejects.toThrow(/784/);
  });
});

describe("featureMaps", () => {
  test("gives the maps of one layer, or of all layers of images", async () => {
    const model = article();
    const image = images(1, 784);
    const traced = await trace(model, image);
    const maps = await featureMaps(model, image, "conv2d_1");
    expect(maps).toEqual({ layer: "conv2d_1", ...layerOf(traced, "conv2d_1").output });
    const all = await featureMaps(model, image);
    expect(all.map(({ layer, shape }) => [layer, shape.join("×")])).toEqual([
      ["conv2d", "26×26×64"],
      ["max_pooling2d", "13×13×64"],
      ["conv2d_1", "11×11×64"],
      ["max_pooling2d_1", "5×5×64"],
    ]);
    expect(await featureMaps(model, image, model.layers[2])).toEqual(maps);
  });

  test("refuses a layer that does not exist", async () => {
    await expect(featureMaps(article(), images(1, 784), "conv2")).rejects.toThrow(/Did you mean "conv2d"/);
  });
});

describe("kernels", () => {
  test("are the weights as they are now", async () => {
    const model = article();
    const [kernel, bias, ...others] = await model.getWeights();
    const doubled = { ...kernel, data: kernel.data.map((value) => value * 2) };
    await model.setWeights([doubled, bias, ...others]);
    const { name, data, shape } = await kernels(model, "conv2d");
    expect({ name, shape }).toEqual({ name: "conv2d/kernel", shape: [3, 3, 1, 64] });
    expect(data).toEqual(doubled.data);
  });

  test("refuses a layer without weights", async () => {
    const model = sequential([layers.flatten({ inputShape: [2, 2] }), layers.dense({ units: 2 })]);
    await expect(kernels(model, "flatten")).rejects.toThrow(
      /a layer with weights, got flatten\. Such as dense/,
    );
  });
});
