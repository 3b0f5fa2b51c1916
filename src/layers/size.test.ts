import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { sequential } from "../training/sequential.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

afterAll(() => disposeBackends());

/** What a layer makes of one sample, as rows of so many numbers. */
async function rowsOf(layer: Layer, input: readonly number[], width: number): Promise<number[][]> {
  const model = sequential([layer]);
  const { data } = await model.predict(Float32Array.from(input));
  await model.dispose();
  return Array.from({ length: data.length / width }, (_, y) => [...data.slice(y * width, (y + 1) * width)]);
}

const count = (length: number, first = 0): number[] => Array.from({ length }, (_, i) => i + first);

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [y, row] of expected.entries()) {
    expect(actual[y].length).toBe(row.length);
    for (const [x, value] of row.entries()) expect(actual[y][x]).toBeCloseTo(value, 5);
  }
}

describe("padding by the edge gives the pictures in PyTorch's documentation", () => {
  const options = { padding: 2, inputShape: [3, 3, 1] };
  test.each<{ layer: Layer; expected: number[][] }>([
    {
      layer: layers.reflectionPadding2d(options as never),
      expected: [
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
        [5, 4, 3, 4, 5, 4, 3],
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
      ],
    },
    {
      layer: layers.replicationPadding2d(options as never),
      expected: [
        [0, 0, 0, 1, 2, 2, 2],
        [0, 0, 0, 1, 2, 2, 2],
        [0, 0, 0, 1, 2, 2, 2],
        [3, 3, 3, 4, 5, 5, 5],
        [6, 6, 6, 7, 8, 8, 8],
        [6, 6, 6, 7, 8, 8, 8],
        [6, 6, 6, 7, 8, 8, 8],
      ],
    },
    {
      layer: layers.circularPadding2d(options as never),
      expected: [
        [4, 5, 3, 4, 5, 3, 4],
        [7, 8, 6, 7, 8, 6, 7],
        [1, 2, 0, 1, 2, 0, 1],
        [4, 5, 3, 4, 5, 3, 4],
        [7, 8, 6, 7, 8, 6, 7],
        [1, 2, 0, 1, 2, 0, 1],
        [4, 5, 3, 4, 5, 3, 4],
      ],
    },
  ])("$layer.type", async ({ layer, expected }) => {
    expect(await rowsOf(layer, count(9), 7)).toEqual(expected);
  });

  test("more pixels than there are to show are refused", () => {
    expect(() => layers.reflectionPadding1d({ padding: 3 }).outputShape([3, 1])).toThrow("at most 2 pixels");
    expect(() => layers.circularPadding1d({ padding: [0, 4] }).outputShape([3, 1])).toThrow(
      "at most 3 pixels",
    );
    expect(layers.replicationPadding1d({ padding: 9 }).outputShape([3, 1])).toEqual([21, 1]);
  });
});

describe("interpolation gives published numbers", () => {
  test("bilinear, twice as large: PyTorch's documentation of Upsample", async () => {
    const layer = layers.upSampling2d({ interpolation: "bilinear", inputShape: [2, 2, 1] });
    expectClose(await rowsOf(layer, [1, 2, 3, 4], 4), [
      [1, 1.25, 1.75, 2],
      [1.5, 1.75, 2.25, 2.5],
      [2.5, 2.75, 3.25, 3.5],
      [3, 3.25, 3.75, 4],
    ]);
  });

  test("bicubic, twice as large: ONNX's resize_upsample_scales_cubic_A_n0p5_exclude_outside", async () => {
    const layer = layers.upSampling2d({ interpolation: "bicubic", inputShape: [4, 4, 1] });
    const [first] = await rowsOf(layer, count(16, 1), 8);
    expectClose(
      [first],
      [[0.55882353, 0.81494204, 1.35698249, 1.89705882, 2.39705882, 2.93713516, 3.47917561, 3.73529412]],
    );
  });

  test("bilinear with antialiasing weighs every pixel below a wider triangle", async () => {
    const layer = layers.resizing({ height: 1, width: 3, antialias: true, inputShape: [1, 4, 1] });
    /* Middles at ⅙, 1½, 2⅚ and triangles 4/3 wide: ⅞ and ⅜; ⅛, ⅝, ⅝ and ⅛; ⅜ and ⅞. What lies outside does not count. */
    const [first, second, third] = [3 / 8 / (10 / 8), (5 + 2 * 5 + 3) / 12, (2 * 3 + 3 * 7) / 10];
    expectClose(await rowsOf(layer, count(4), 3), [[first, second, third]]);
  });

  test.each([3, 5] as const)("Lanczos over %i pixels is the windowed sinc", async (radius) => {
    const [length, out] = [9, 4];
    const input = count(length).map((i) => ((i * 7) % 5) - 2);
    const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
    const expected = count(out).map((o) => {
      const centre = ((o + 0.5) * length) / out - 0.5;
      const weights = input.map((_, i) => {
        const x = Math.abs(i - centre);
        return x < radius ? sinc(x) * sinc(x / radius) : 0;
      });
      const sum = weights.reduce((a, b) => a + b);
      return input.reduce((total, value, i) => total + (value * weights[i]) / sum, 0);
    });
    const interpolation = radius === 3 ? "lanczos3" : "lanczos5";
    const layer = layers.resizing({ height: 1, width: out, interpolation, inputShape: [1, length, 1] });
    expectClose(await rowsOf(layer, input, out), [expected]);
  });

  test("the nearest pixel is the one whose square holds the new middle", async () => {
    const layer = layers.resizing({ height: 1, width: 3, interpolation: "nearest", inputShape: [1, 7, 1] });
    /* Middles of 3 over 7 pixels: 1.17, 3.5, 5.83. */
    expect(await rowsOf(layer, count(7), 3)).toEqual([[1, 3, 5]]);
  });
});

describe("proportions", () => {
  const wide = count(2 * 7);

  test("are kept by cutting off the ends", async () => {
    const options = { height: 2, width: 4, cropToAspectRatio: true, inputShape: [2, 7, 1] };
    expect(await rowsOf(layers.resizing(options), wide, 4)).toEqual([
      [1, 2, 3, 4],
      [8, 9, 10, 11],
    ]);
  });

  test("are kept by adding rows", async () => {
    const options = { height: 4, width: 7, padToAspectRatio: true, fillValue: -1, inputShape: [2, 7, 1] };
    const added = new Array<number>(7).fill(-1);
    expect(await rowsOf(layers.resizing(options), wide, 7)).toEqual([added, count(7), count(7, 7), added]);
  });

  test("cannot be kept both ways", () => {
    const options = { height: 2, width: 2, cropToAspectRatio: true, padToAspectRatio: true };
    expect(() => layers.resizing(options)).toThrow("either cropToAspectRatio or padToAspectRatio");
  });

  test("the middle of an image, or all of its height where it is too small", async () => {
    const crop = layers.centerCrop({ height: 2, width: 2, inputShape: [3, 5, 1] });
    expect(await rowsOf(crop, count(15), 2)).toEqual([
      [1, 2],
      [6, 7],
    ]);
    const resized = layers.centerCrop({ height: 4, width: 4, inputShape: [2, 5, 1] });
    const same = layers.resizing({ height: 4, width: 4, cropToAspectRatio: true, inputShape: [2, 5, 1] });
    expect(await rowsOf(resized, count(10), 4)).toEqual(await rowsOf(same, count(10), 4));
  });
});

test("blocks of pixels lie in the channels row by row, and back", async () => {
  const [height, width, channels, block] = [2, 3, 2, 2];
  const input = count(height * width * channels * block * block);
  const options = { blockSize: block, inputShape: [height, width, channels * block * block] };
  const [output] = await rowsOf(layers.depthToSpace(options), input, input.length);
  for (const [at, value] of output.entries()) {
    const c = at % channels;
    const x = Math.floor(at / channels) % (width * block);
    const y = Math.floor(at / channels / width / block);
    const pixel = Math.floor(y / block) * width + Math.floor(x / block);
    expect(value).toBe(input[(pixel * block * block + (y % block) * block + (x % block)) * channels + c]);
  }
  const back = layers.spaceToDepth({
    blockSize: block,
    inputShape: [height * block, width * block, channels],
  });
  expect(await rowsOf(back, output, input.length)).toEqual([input]);
  expect(() => layers.depthToSpace({ blockSize: 3 }).outputShape([2, 2, 12])).toThrow(
    "a multiple of 9 channels",
  );
});

describe("adaptive windows", () => {
  /** Window o reaches from ⌊o · length / out⌋ to ⌈(o + 1) · length / out⌉. */
  const windows = (length: number, out: number): number[][] =>
    count(out).map((o) => {
      const first = Math.floor((o * length) / out);
      return count(Math.ceil(((o + 1) * length) / out) - first, first);
    });
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b) / list.length;

  test("have PyTorch's ends, whether they are even, overlap, or are more than there are pixels", async () => {
    for (const length of [1, 4, 5, 7]) {
      for (const outputSize of [1, 2, 3, 4, 9]) {
        const input = count(length).map((i) => ((i * 5) % 7) - 3);
        const parts = windows(length, outputSize).map((window) => window.map((i) => input[i]));
        const options = { outputSize, inputShape: [length, 1] };
        expectClose(await rowsOf(layers.adaptiveAveragePooling1d(options), input, outputSize), [
          parts.map(mean),
        ]);
        const largest = parts.map((part) => Math.max(...part));
        expect(await rowsOf(layers.adaptiveMaxPooling1d(options), input, outputSize)).toEqual([largest]);
      }
    }
  });

  test("over two axes are rectangles", async () => {
    const input = count(5 * 7).map((i) => ((i * 11) % 13) - 6);
    const options = { outputSize: [3, 4] as const, inputShape: [5, 7, 1] };
    const parts = windows(5, 3).map((ys) =>
      windows(7, 4).map((xs) => ys.flatMap((y) => xs.map((x) => input[y * 7 + x]))),
    );
    expectClose(
      await rowsOf(layers.adaptiveAveragePooling2d(options), input, 4),
      parts.map((row) => row.map(mean)),
    );
    expect(await rowsOf(layers.adaptiveMaxPooling2d(options), input, 4)).toEqual(
      parts.map((row) => row.map((part) => Math.max(...part))),
    );
  });
});
