import { afterAll, describe, expect, test } from "vitest";
import { article, images, nested, relativeError, residual } from "../../test/explained-networks.ts";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import type { Model } from "../training/model.ts";
import { sequential } from "../training/sequential.ts";
import { gradCam } from "./grad-cam.ts";
import { integratedGradients } from "./integrated-gradients.ts";
import { occlusion } from "./occlusion.ts";
import { saliency, smoothGrad } from "./saliency.ts";
import { trace } from "./trace.ts";

afterAll(() => disposeBackends());

const dense = () =>
  sequential([layers.flatten({ inputShape: [2, 3, 2] }), layers.dense({ units: 4, name: "scores" })], {
    seed: 4,
  });

/** A convolution, means of its maps, and classes: its Grad-CAM is known in closed form. */
const meanOfMaps = () =>
  sequential(
    [
      layers.conv2d({ filters: 5, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1], name: "maps" }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 3, activation: "softmax", name: "classes" }),
    ],
    { seed: 2 },
  );

async function logitsOf(model: Model, image: Float32Array): Promise<Float32Array> {
  const { layers: traced } = await trace(model, image);
  return traced[traced.length - 1].preActivation?.data ?? traced[traced.length - 1].output.data;
}

describe("saliency", () => {
  test("is the gradient of the class's logit, its largest channel for each pixel", async () => {
    const image = images(1, 200);
    const map = await saliency(residual(), image, { class: 1 });
    const exact = residual({ seed: 5, backend: "reference" });
    for (const at of [3, 64, 150]) {
      const moved = (step: number) => image.map((value, i) => (i === at ? value + step : value));
      const [up, down] = [moved(2 ** -9), moved(-(2 ** -9))];
      const slope = ((await logitsOf(exact, up))[1] - (await logitsOf(exact, down))[1]) / (up[at] - down[at]);
      expect(Math.abs(map.gradient.data[at] - slope)).toBeLessThan(0.01 * Math.abs(slope) + 1e-4);
    }
    expect(map.shape).toEqual([10, 10]);
    const largest = map.data.map((_, i) =>
      Math.max(Math.abs(map.gradient.data[2 * i]), Math.abs(map.gradient.data[2 * i + 1])),
    );
    expect(map.data).toEqual(largest);
  });

  test("explains the class that the model says if none is asked for", async () => {
    const model = article();
    const image = images(1, 784);
    const { data } = await model.predict(image);
    expect((await saliency(model, image)).class).toBe(data.indexOf(Math.max(...data)));
  });

  test("of a probability is that of its logits, weighted by softmax's slope", async () => {
    const model = meanOfMaps();
    const image = images(1, 64);
    const p = (await model.predict(image)).data;
    const logits = await Promise.all([0, 1, 2].map((i) => saliency(model, image, { class: i })));
    const output = await saliency(model, image, { class: 1, score: "output" });
    const expected = output.gradient.data.map((_, i) =>
      logits.reduce((sum, map, k) => sum + p[1] * ((k === 1 ? 1 : 0) - p[k]) * map.gradient.data[i], 0),
    );
    expect(relativeError(output.gradient.data, expected)).toBeLessThan(1e-4);
  });

  test("refuses classes, scores and options that do not exist", async () => {
    const image = images(1, 200);
    await expect(saliency(residual(), image, { class: 4 })).rejects.toThrow(/from 0 to 3, got 4/);
    await expect(saliency(residual(), image, { klass: 1 } as object)).rejects.toThrow(/Did you mean "class"/);
    await expect(saliency(residual(), image, { score: "loss" as "logit" })).rejects.toThrow(
      /"logit" or "output"/,
    );
  });
});

describe("smoothGrad", () => {
  test("of a linear model is its gradient, whatever the noise", async () => {
    const model = dense();
    const image = images(1, 12);
    const [kernel] = await model.getWeights();
    const { gradient } = await smoothGrad(model, image, { class: 2, samples: 21 });
    const expected = gradient.data.map((_, i) => kernel.data[i * 4 + 2]);
    expect(relativeError(gradient.data, expected)).toBeLessThan(1e-6);
  });

  test("depends on the seed alone", async () => {
    const model = residual();
    const image = images(1, 200);
    const options = { class: 0, samples: 5 };
    const first = await smoothGrad(model, image, options);
    expect(await smoothGrad(model, image, options)).toEqual(first);
    expect(await smoothGrad(model, image, { ...options, seed: 1 })).not.toEqual(first);
    await expect(smoothGrad(model, image, { samples: 0 })).rejects.toThrow(/samples/);
  });
});

describe("integratedGradients", () => {
  test("of a linear model are weight times pixel", async () => {
    const model = dense();
    const image = images(1, 12);
    const [kernel] = await model.getWeights();
    const baseline = images(1, 12, 9);
    const { data, shape } = await integratedGradients(model, image, { class: 3, steps: 3, baseline });
    expect(shape).toEqual([2, 3, 2]);
    const expected = data.map((_, i) => kernel.data[i * 4 + 3] * (image[i] - baseline[i]));
    expect(relativeError(data, expected)).toBeLessThan(1e-5);
  });

  test.each([
    { name: "the article's network", make: article, size: 784 },
    { name: "a residual network", make: residual, size: 200 },
  ])("add up to the difference of the outputs: $name", async ({ make, size }) => {
    const model = make();
    const image = images(1, size);
    const chosen = 2;
    const { data, total, score, baselineScore } = await integratedGradients(model, image, {
      class: chosen,
      steps: 256,
    });
    const outputs = await Promise.all([image, new Float32Array(size)].map((x) => model.predict(x)));
    const difference = outputs[0].data[chosen] - outputs[1].data[chosen];
    expect(score - baselineScore).toBeCloseTo(difference, 6);
    expect(Math.abs(total - difference)).toBeLessThanOrEqual(0.01 * Math.abs(difference));
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 5);
  });
});

describe("gradCam", () => {
  test("of means of maps weighs each map with the class's weight over its size", async () => {
    const model = meanOfMaps();
    const image = images(1, 64);
    const { data, shape, layer, channelWeights, overlay } = await gradCam(model, image, { class: 1 });
    const [, , kernel] = await model.getWeights();
    const { layers: traced } = await trace(model, image);
    const maps = traced.find(({ name }) => name === "maps")?.output.data ?? new Float32Array();
    expect({ layer, shape, over: overlay.shape }).toEqual({ layer: "maps", shape: [6, 6], over: [8, 8] });
    expect(
      relativeError(
        channelWeights,
        [0, 1, 2, 3, 4].map((c) => kernel.data[c * 3 + 1] / 36),
      ),
    ).toBeLessThan(1e-5);
    const expected = data.map((_, i) => {
      const sum = [0, 1, 2, 3, 4].reduce((s, c) => s + (kernel.data[c * 3 + 1] / 36) * maps[i * 5 + c], 0);
      return Math.max(0, sum);
    });
    expect(relativeError(data, expected)).toBeLessThan(1e-5);
  });

  test("looks at the last convolution, or at any layer of images, inside models too", async () => {
    const image = images(1, 64);
    expect((await gradCam(nested(), image)).layer).toBe("encoder/conv");
    expect((await gradCam(nested(), image, { layer: "encoder/pool" })).shape).toEqual([3, 3]);
    const { layer, data } = await gradCam(residual(), images(1, 200));
    expect(["third", "shortcut"]).toContain(layer);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    await expect(gradCam(nested(), image, { layer: "flat" })).rejects.toThrow(/a layer of images.*flat/);
    await expect(gradCam(dense(), images(1, 12), { layer: "scorse" })).rejects.toThrow(/"scores"/);
  });
});

describe("occlusion", () => {
  test("is what predict says less of covered images", async () => {
    const model = residual();
    const image = images(1, 200);
    const map = await occlusion(model, image, { class: 0, size: 4, stride: 3, value: 0.5 });
    const whole = (await model.predict(image)).data[0];
    expect({ tops: map.tops, lefts: map.lefts, shape: map.shape }).toEqual({
      tops: [0, 3, 6],
      lefts: [0, 3, 6],
      shape: [3, 3],
    });
    const expected: number[] = [];
    for (const top of map.tops) {
      for (const left of map.lefts) {
        const covered = image.map((value, i) => {
          const [y, x] = [Math.floor(i / 20), Math.floor(i / 2) % 10];
          return y >= top && y < top + 4 && x >= left && x < left + 4 ? 0.5 : value;
        });
        expected.push(whole - (await model.predict(covered)).data[0]);
      }
    }
    expect(relativeError(map.data, expected)).toBeLessThan(1e-3);
    expect(map.score).toBeCloseTo(whole, 6);
    /* The pixel in row 3 and column 0 lies under the squares of the first column in rows 0 and 1. */
    expect(map.overlay.data[30]).toBeCloseTo((expected[0] + expected[3]) / 2, 6);
  });

  test("reaches the edge, and refuses squares that do not fit", async () => {
    const { tops } = await occlusion(residual(), images(1, 200), { size: 3, stride: 4 });
    expect(tops).toEqual([0, 4, 7]);
    await expect(occlusion(residual(), images(1, 200), { size: 11 })).rejects.toThrow(/at most 10 pixels/);
  });
});
