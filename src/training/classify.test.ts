import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import { loadModel } from "./load-model.ts";
import type { Model } from "./model.ts";
import { loadModel as loadPredictor } from "./predictor.ts";
import { sequential } from "./sequential.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-classify-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await disposeBackends();
});

/** Tells whether red, green or blue is brightest. */
async function colors(): Promise<Model> {
  const model = sequential(
    [
      layers.globalAveragePooling2d({ inputShape: [2, 2, 3] }),
      layers.dense({ units: 3, activation: "softmax", useBias: false }),
    ],
    { threads: 1 },
  );
  await model.setWeights([Float32Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4)]);
  model.meaning = { classNames: ["red", "green", "blue"] };
  return model;
}

/** 8 × 6, mostly blue. */
const data = Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) => [30, 90, 240][i % 3]);
const picture = { width: 8, height: 6, channels: 3, data };
const png = Uint8Array.from(encode(picture));

describe("classify", () => {
  test("names what is likeliest, and how likely: the softmax of the means", async () => {
    const guesses = await (await colors()).classify(picture);
    expect(guesses.map(({ name }) => name)).toEqual(["blue", "green", "red"]);
    expect(guesses.map(({ label }) => label)).toEqual([2, 1, 0]);
    const exponentials = [240, 90, 30].map((value) => Math.exp((4 * value) / 255));
    const sum = exponentials.reduce((a, b) => a + b);
    for (const [i, { probability }] of guesses.entries())
      expect(probability).toBeCloseTo(exponentials[i] / sum, 5);
    expect((await (await colors()).classify(picture, { topK: 1 })).length).toBe(1);
  });

  test("takes paths, addresses of files, bytes, blobs and pixels with the same result", async () => {
    const model = await colors();
    const path = join(folder, "blue sky.png");
    await writeFile(path, png);
    const rgba = Uint8ClampedArray.from({ length: 8 * 6 * 4 }, (_, i) => [30, 90, 240, 255][i % 4]);
    const imageData = { width: 8, height: 6, data: rgba, colorSpace: "srgb" } as ImageData;
    const expected = await model.classify(picture);
    for (const source of [path, pathToFileURL(path), png, new Blob([png]), imageData]) {
      expect(await model.classify(source)).toEqual(expected);
    }
  });

  test("saved and loaded, a model still knows names and how pictures are cut", async () => {
    const model = await colors();
    model.meaning = {
      classNames: ["rouge", "vert", "bleu"],
      pictures: { interpolation: "nearest", cropToAspectRatio: true },
    };
    const files = [await model.serialize(), await model.serialize({ format: "keras" })];
    for (const loaded of [
      ...(await Promise.all(files.map((bytes) => loadModel(bytes)))),
      await loadPredictor(files[0]),
    ]) {
      expect(loaded.meaning).toEqual(model.meaning);
      const [{ name }] = await loaded.classify(picture, { topK: 1 });
      expect(name).toBe("bleu");
    }
    const unnamed = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    expect((await loadModel(await unnamed.serialize())).meaning).toEqual({});
  });

  test("one output is the second of two classes", async () => {
    const model = sequential(
      [
        layers.globalAveragePooling2d({ inputShape: [2, 2, 1] }),
        layers.dense({ units: 1, activation: "sigmoid", useBias: false }),
      ],
      { threads: 1 },
    );
    await model.setWeights([Float32Array.of(3)]);
    const [first, second] = await model.classify({
      width: 1,
      height: 1,
      channels: 1,
      data: Uint8Array.of(255),
    });
    expect(first.name).toBe("1");
    expect(first.probability).toBeCloseTo(1 / (1 + Math.exp(-3)), 5);
    expect(first.probability + second.probability).toBeCloseTo(1, 6);
  });

  test.each([
    ["a file that is not there", "none.png", "no such file"],
    ["bytes that are no image", Uint8Array.of(1, 2, 3), "bytes that begin like none of them"],
    ["something else", 5, "a path, the bytes of an image file, or pixels"],
    ["another address", new URL("https://example.org/a.png"), "the path of a file, got https:"],
  ])("refuses %s", async (_name, source, message) => {
    await expect((await colors()).classify(source as never)).rejects.toThrow(message);
  });

  test("refuses options and models that make no sense", async () => {
    const model = await colors();
    await expect(model.classify(picture, { topk: 1 } as object)).rejects.toThrow('Did you mean "topK"?');
    await expect(model.classify(picture, { topK: 0 })).rejects.toThrow("topK to be a whole number");
    const flat = sequential([layers.dense({ units: 2, inputShape: [4] })]);
    await expect(flat.classify(picture)).rejects.toThrow("a model that takes pictures");
  });

  test("refuses what a file says of names if they are none", async () => {
    const model = await colors();
    model.meaning = { classNames: ["a", "b", 3 as never] };
    await expect(loadModel(await model.serialize())).rejects.toThrow("meaning: expected names of classes");
  });
});
