import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import type { Shape } from "../core/shape.ts";
import { sequential } from "../training/sequential.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

afterAll(() => disposeBackends());

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
const numbers = (count: number, which = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(((i * 29 + which * 11) % 17) / 8 - 1));

/** All positions in a box, row-major. */
function positions(lengths: Shape): number[][] {
  return lengths.reduce<number[][]>(
    (found, length) => found.flatMap((at) => Array.from({ length }, (_, i) => [...at, i])),
    [[]],
  );
}

/** Row-major place of a position; undefined outside. */
function placeOf(at: readonly number[], lengths: Shape): number | undefined {
  if (at.some((index, axis) => index < 0 || index >= lengths[axis])) return undefined;
  return at.reduce((place, index, axis) => place * lengths[axis] + index, 0);
}

interface Sliding {
  readonly size: Shape;
  readonly strides: Shape;
  readonly dilation: Shape;
  readonly before: Shape;
  readonly out: Shape;
}

/** The definition in float64: output[o, b] = Σ input[o · stride + t · dilation − before, a] · weight(t, a, b). */
function slide(
  input: readonly number[],
  spatial: Shape,
  outC: number,
  { size, strides, dilation, before, out }: Sliding,
  weight: (tap: number, a: number, b: number) => number,
): number[] {
  const inC = input.length / sizeOf(spatial);
  return positions(out).flatMap((o) =>
    Array.from({ length: outC }, (_, b) => {
      let sum = 0;
      for (const [tap, t] of positions(size).entries()) {
        const pixel = placeOf(
          o.map((index, i) => index * strides[i] + t[i] * dilation[i] - before[i]),
          spatial,
        );
        if (pixel === undefined) continue;
        for (let a = 0; a < inC; a++) sum += input[pixel * inC + a] * weight(tap, a, b);
      }
      return sum;
    }),
  );
}

/** What a layer makes of one sample, with weights that are set. */
async function run(layer: Layer, input: readonly number[], weights: readonly number[][]): Promise<number[]> {
  const model = sequential([layer]);
  await model.setWeights(weights.map((weight) => Float32Array.from(weight)));
  const { data } = await model.predict(Float32Array.from(input));
  await model.dispose();
  return [...data];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
}

describe("convolutions compute their definition", () => {
  test("causal: nothing of what comes later, with strides and dilation", async () => {
    const kernel = numbers(3 * 2 * 4, 1);
    const bias = numbers(4, 2);
    const input = numbers(11 * 2);
    const options = { filters: 4, kernelSize: 3, strides: 2, dilationRate: 2, padding: "causal" } as const;
    const actual = await run(layers.conv1d({ ...options, inputShape: [11, 2] }), input, [kernel, bias]);
    const window = { size: [3], strides: [2], dilation: [2], before: [4], out: [6] };
    const sums = slide(input, [11], 4, window, (tap, a, b) => kernel[(tap * 2 + a) * 4 + b]);
    expectClose(
      actual,
      sums.map((sum, i) => sum + bias[i % 4]),
    );
    /* A change of the last step changes the last output only, which is the one that sees it. */
    const changed = await run(
      layers.conv1d({ ...options, inputShape: [11, 2] }),
      [...input.slice(0, -1), 9],
      [kernel, bias],
    );
    expect(changed.slice(0, -4)).toEqual(actual.slice(0, -4));
    expect(changed.slice(-4)).not.toEqual(actual.slice(-4));
  });

  test("over volumes, in groups, padding by side", async () => {
    const spatial = [3, 4, 3];
    const input = numbers(sizeOf(spatial) * 4);
    const kernel = numbers(2 * 2 * 2 * 2 * 6, 1);
    const layer = layers.conv3d({
      filters: 6,
      kernelSize: 2,
      groups: 2,
      useBias: false,
      padding: [[1, 0], 1, [0, 2]],
      inputShape: [...spatial, 4],
    });
    const window = {
      size: [2, 2, 2],
      strides: [1, 1, 1],
      dilation: [1, 1, 1],
      before: [1, 1, 0],
      out: [3, 5, 4],
    };
    const expected = slide(input, spatial, 6, window, (tap, a, b) => {
      const inGroup = a - Math.floor(b / 3) * 2;
      return inGroup >= 0 && inGroup < 2 ? kernel[(tap * 2 + inGroup) * 6 + b] : 0;
    });
    expectClose(await run(layer, input, [kernel]), expected);
  });

  test.each([1, 3, 6])("depthwise: %i outputs of each channel lie side by side", async (depthMultiplier) => {
    const input = numbers(5 * 6 * 5);
    const kernel = numbers(3 * 2 * 5 * depthMultiplier, 1);
    const options = { kernelSize: [3, 2], padding: "same", useBias: false } as const;
    const layer = layers.depthwiseConv2d({ ...options, depthMultiplier, inputShape: [5, 6, 5] });
    const window = { size: [3, 2], strides: [1, 1], dilation: [1, 1], before: [1, 0], out: [5, 6] };
    const expected = slide(input, [5, 6], 5 * depthMultiplier, window, (tap, a, b) =>
      a === Math.floor(b / depthMultiplier) ? kernel[tap * 5 * depthMultiplier + b] : 0,
    );
    expectClose(await run(layer, input, [kernel]), expected);
  });

  test("separable: first each channel by itself, then all of them at each pixel", async () => {
    const input = numbers(5 * 5 * 3);
    const [depthwise, pointwise, bias] = [numbers(9 * 3 * 2, 1), numbers(6 * 4, 2), numbers(4, 3)];
    const layer = layers.separableConv2d({
      filters: 4,
      kernelSize: 3,
      depthMultiplier: 2,
      strides: 2,
      inputShape: [5, 5, 3],
    });
    const window = { size: [3, 3], strides: [2, 2], dilation: [1, 1], before: [0, 0], out: [2, 2] };
    const maps = slide(input, [5, 5], 6, window, (tap, a, b) =>
      a === Math.floor(b / 2) ? depthwise[tap * 6 + b] : 0,
    );
    const expected = Array.from({ length: 16 }, (_, i) => {
      const [pixel, b] = [Math.floor(i / 4), i % 4];
      return (
        bias[b] +
        Array.from({ length: 6 }, (_, a) => maps[pixel * 6 + a] * pointwise[a * 4 + b]).reduce(
          (x, y) => x + y,
        )
      );
    });
    expectClose(await run(layer, input, [depthwise, pointwise, bias]), expected);
  });
});

describe("transposed convolutions", () => {
  /** Every product written where it belongs, on the full result of (n − 1) · stride + extent. */
  function spread(input: readonly number[], kernel: readonly number[], stride: number, dilation: number) {
    const extent = (kernel.length - 1) * dilation + 1;
    const full = new Array<number>((input.length - 1) * stride + extent).fill(0);
    for (const [i, x] of input.entries())
      for (const [t, w] of kernel.entries()) full[i * stride + t * dilation] += x * w;
    return full;
  }

  /** Keras's padding of the input with zeros between its pixels, as its JAX backend writes it. */
  function kerasPadding(extent: number, stride: number, padding: "valid" | "same", more: number | undefined) {
    if (padding === "valid") {
      const behind = more ?? Math.max(extent, stride) - extent;
      return { left: extent - 1, right: extent - 1 + behind };
    }
    const total = more === undefined ? stride + extent - 2 : extent + (extent % 2) - 2 + more;
    const left = Math.min(Math.floor(total / 2) + (total % 2), extent - 1);
    return { left, right: total - left };
  }

  const rows = [1, 2, 3, 4].flatMap((kernelSize) =>
    [1, 2, 3].flatMap((strides) =>
      (["valid", "same"] as const).flatMap((padding) =>
        [undefined, ...Array.from({ length: strides }, (_, more) => more)].flatMap((outputPadding) =>
          (strides === 1 ? [1, 2] : [1]).map((dilationRate) => ({
            kernelSize,
            strides,
            padding,
            outputPadding,
            dilationRate,
          })),
        ),
      ),
    ),
  );

  test("have Keras's lengths and cuts, for every padding", async () => {
    for (const { outputPadding, ...options } of rows) {
      const { kernelSize, strides, padding, dilationRate } = options;
      const input = numbers(5);
      const kernel = numbers(kernelSize, 1);
      const extent = (kernelSize - 1) * dilationRate + 1;
      const { left, right } = kerasPadding(extent, strides, padding, outputPadding);
      const length = 4 * strides + 1 + left + right - (extent - 1);
      const full = spread(input, kernel, strides, dilationRate);
      const expected = Array.from({ length }, (_, i) => full[i + extent - 1 - left] ?? 0);
      const more = outputPadding === undefined ? {} : { outputPadding };
      const layer = layers.conv1dTranspose({
        filters: 1,
        useBias: false,
        ...options,
        ...more,
        inputShape: [5, 1],
      });
      const actual = await run(layer, input, [kernel]);
      expect(actual, JSON.stringify({ ...options, ...more })).toHaveLength(length);
      expectClose(actual, expected);
    }
  });

  test("undo the shape of a convolution with the same padding", () => {
    const options = {
      filters: 2,
      kernelSize: 3,
      strides: 2,
      padding: [
        [1, 1],
        [0, 1],
      ],
    } as const;
    const shape = layers.conv2d(options).outputShape([9, 8, 3]);
    expect(layers.conv2dTranspose({ ...options, outputPadding: [0, 0] }).outputShape(shape)).toEqual([
      9, 8, 2,
    ]);
  });

  test.each([
    { outputPadding: 2 as const, message: "less than the stride" },
    { outputPadding: -1 as const, message: "less than the stride" },
    { outputPadding: [1] as never, message: "for all axes or for each" },
  ])("refuse outputPadding $outputPadding", ({ outputPadding, message }) => {
    expect(() => layers.conv2dTranspose({ filters: 1, kernelSize: 3, strides: 2, outputPadding })).toThrow(
      message,
    );
  });

  test("refuse padding that leaves nothing", () => {
    const layer = layers.conv1dTranspose({ filters: 1, kernelSize: 1, padding: 1 });
    expect(() => layer.outputShape([2, 1])).toThrow("padding that leaves something of the result");
  });
});

test("a misspelt padding of sequences is told from all that there are", () => {
  expect(() => layers.conv1d({ filters: 1, kernelSize: 3, padding: "casual" as never })).toThrow(
    'Did you mean "causal"?',
  );
  expect(() => layers.conv2d({ filters: 1, kernelSize: 3, padding: "causal" as never })).toThrow(
    "a known name",
  );
});
