import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import type { Backend } from "../backends/contract.ts";
import { createReference } from "../backends/reference/reference.ts";
import { WasmBackend } from "../backends/wasm/wasm.ts";
import { lower } from "../compiler/lower.ts";
import { createRandom, threefry, unitInterval } from "../core/random.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { Graph } from "../graph/graph.ts";
import { ProgramContext } from "../training/call-context.ts";
import { sequential } from "../training/sequential.ts";
import { augmentationCases } from "./cases/augmentation.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

const wasm = new WasmBackend({ threads: 2 });
const reference = createReference();

afterAll(async () => {
  await wasm.dispose();
  await disposeBackends();
});

const key = (draw: number): [number, number] => [12345 + draw, 678];
/** Element `i` of a draw for a sample: what the layer gets from `context.uniform`. */
const drawn = (sample: number, i: number, draw = 0): number =>
  unitInterval(threefry(key(draw), i >> 1, sample)[i % 2]);

interface Run {
  readonly numbers?: readonly number[];
  readonly backend?: Backend;
}

/** What a layer makes of images while it trains. */
async function augmented(
  layer: Layer,
  images: Float32Array,
  shape: Shape,
  { numbers, backend = wasm }: Run = {},
) {
  const batch = images.length / sizeOf(shape);
  const graph = new Graph();
  const context = new ProgramContext(batch, true);
  graph.output("images", layer.call(graph.input("x", [batch, ...shape]), context));
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const samples = Int32Array.from(numbers ?? Array.from({ length: batch }, (_, i) => i));
  const keys = context.draws.map((name, i) => [name, Int32Array.from(key(i))]);
  const inputs = { x: images, ...Object.fromEntries(keys), ...(context.draws.length > 0 ? { samples } : {}) };
  const { outputs } = await executable.run({ steps: 1, inputs });
  executable.dispose();
  return Float32Array.from(outputs.images);
}

function noise(count: number, shape: Shape, low = 0, high = 1): Float32Array {
  const random = createRandom(3, "noise");
  return Float32Array.from({ length: count * sizeOf(shape) }, () => low + (high - low) * random.uniform());
}

/** dcba|abcd|dcba */
function mirrored(index: number, length: number): number {
  let at = index;
  while (at < 0 || at >= length) at = at < 0 ? -1 - at : 2 * length - 1 - at;
  return at;
}

/** Four pixels around (x, y) of image n, by their distances: plain loops in float64. */
function between(images: Float32Array, [H, W, C]: Shape, n: number, y: number, x: number, c: number): number {
  let sum = 0;
  for (let row = Math.floor(y); row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x); column <= Math.floor(x) + 1; column++) {
      const pixel = images[((n * H + mirrored(row, H)) * W + mirrored(column, W)) * C + c];
      sum += pixel * (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
    }
  }
  return sum;
}

const shape = [9, 11, 3];
const [H, W] = shape;

describe("geometry is what Keras's formulas say, sampled in plain float64 loops", () => {
  const rows: { name: string; layer: Layer; from: (n: number, y: number, x: number) => [number, number] }[] =
    [
      {
        name: "rotation, counter-clockwise around the middle",
        layer: layers.randomRotation({ factor: [0.05, 0.2] }),
        from: (n, y, x) => {
          const angle = (0.05 + 0.15 * drawn(n, 0)) * 2 * Math.PI;
          const [dx, dy] = [x - (W - 1) / 2, y - (H - 1) / 2];
          return [
            (H - 1) / 2 + Math.sin(angle) * dx + Math.cos(angle) * dy,
            (W - 1) / 2 + Math.cos(angle) * dx - Math.sin(angle) * dy,
          ];
        },
      },
      {
        name: "translation down and to the right",
        layer: layers.randomTranslation({ heightFactor: [0.1, 0.3], widthFactor: 0.4 }),
        from: (n, y, x) => [y - (0.1 + 0.2 * drawn(n, 0)) * H, x - (-0.4 + 0.8 * drawn(n, 1)) * W],
      },
      {
        name: "zoom around the middle",
        layer: layers.randomZoom({ heightFactor: 0.3, widthFactor: [-0.5, -0.2] }),
        from: (n, y, x) => {
          const zoomY = 0.7 + 0.6 * drawn(n, 0);
          const zoomX = 0.5 + 0.3 * drawn(n, 1);
          return [zoomY * (y - (H - 1) / 2) + (H - 1) / 2, zoomX * (x - (W - 1) / 2) + (W - 1) / 2];
        },
      },
      {
        name: "zoom that keeps proportions",
        layer: layers.randomZoom({ heightFactor: 0.3 }),
        from: (n, y, x) => {
          const zoom = 0.7 + 0.6 * drawn(n, 0);
          return [zoom * (y - (H - 1) / 2) + (H - 1) / 2, zoom * (x - (W - 1) / 2) + (W - 1) / 2];
        },
      },
      {
        name: "shear to either side",
        layer: layers.randomShear({ xFactor: [0.1, 0.4], yFactor: [0.2, 0.3] }),
        from: (n, y, x) => {
          const sign = drawn(n, 2) < 0.5 ? -1 : 1;
          const [shearX, shearY] = [0.1 + 0.3 * drawn(n, 0), 0.2 + 0.1 * drawn(n, 1)];
          return [y + sign * shearY * x, x + sign * shearX * y];
        },
      },
    ];

  test.each(rows)("$name", async ({ layer, from }) => {
    const images = noise(5, shape);
    const actual = await augmented(layer, images, shape);
    let position = 0;
    for (let n = 0; n < 5; n++) {
      for (let y = 0; y < H; y++) {
        for (let x = 0; x < W; x++) {
          const [fromY, fromX] = from(n, y, x);
          for (let c = 0; c < 3; c++)
            expect(actual[position++]).toBeCloseTo(between(images, shape, n, fromY, fromX, c), 4);
        }
      }
    }
  });

  test("a positive angle turns counter-clockwise: a quarter brings the right border to the top", async () => {
    const image = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const turned = await augmented(layers.randomRotation({ factor: [0.25, 0.25] }), image, [3, 3, 1]);
    for (const [i, expected] of [3, 6, 9, 2, 5, 8, 1, 4, 7].entries())
      expect(turned[i]).toBeCloseTo(expected, 4);
  });

  test("what comes in from outside follows the fill mode", async () => {
    const line = Float32Array.from([1, 2, 3, 4]);
    const moved = (fillMode: "reflect" | "wrap" | "constant" | "nearest") =>
      augmented(
        layers.randomTranslation({ heightFactor: 0, widthFactor: [0.5, 0.5], fillMode, fillValue: 9 }),
        line,
        [1, 4, 1],
      ).then((result) => [...result]);
    expect(await moved("reflect")).toEqual([2, 1, 1, 2]);
    expect(await moved("wrap")).toEqual([3, 4, 1, 2]);
    expect(await moved("constant")).toEqual([9, 9, 1, 2]);
    expect(await moved("nearest")).toEqual([1, 1, 1, 2]);
  });
});

describe("flip and crop move whole pixels", () => {
  test("all four pictures of a flip come up, and nothing else", async () => {
    const count = 64;
    const one = noise(1, [4, 5, 2]);
    const images = new Float32Array(count * one.length);
    for (let n = 0; n < count; n++) images.set(one, n * one.length);
    const flipped = await augmented(layers.randomFlip(), images, [4, 5, 2]);
    const mirror = (x: boolean, y: boolean) =>
      Float32Array.from(one, (_, i) => {
        const [row, column, c] = [Math.floor(i / 10), Math.floor(i / 2) % 5, i % 2];
        return one[((y ? 3 - row : row) * 5 + (x ? 4 - column : column)) * 2 + c];
      }).join();
    const pictures = [mirror(false, false), mirror(true, false), mirror(false, true), mirror(true, true)];
    const counts = pictures.map(() => 0);
    for (let n = 0; n < count; n++) {
      counts[pictures.indexOf(flipped.subarray(n * 40, (n + 1) * 40).join())]++;
    }
    expect(counts.reduce((a, b) => a + b)).toBe(count);
    expect(Math.min(...counts)).toBeGreaterThan(6);
  });

  test("a horizontal flip leaves rows where they are", async () => {
    const images = noise(20, [3, 2, 1]);
    const flipped = await augmented(layers.randomFlip({ mode: "horizontal" }), images, [3, 2, 1]);
    for (let row = 0; row < 60; row++)
      expect([...flipped.subarray(2 * row, 2 * row + 2)].sort()).toEqual(
        [...images.subarray(2 * row, 2 * row + 2)].sort(),
      );
    expect(flipped).not.toEqual(images);
  });

  test("a crop is a piece of the image, at every place that there is", async () => {
    const places = Float32Array.from({ length: 12 }, (_, i) => i);
    const images = new Float32Array(100 * 12);
    for (let n = 0; n < 100; n++) images.set(places, n * 12);
    const cut = await augmented(layers.randomCrop({ height: 2, width: 2 }), images, [3, 4, 1]);
    const found = new Set<string>();
    for (let n = 0; n < 100; n++) found.add(cut.subarray(n * 4, n * 4 + 4).join());
    const possible = [0, 1].flatMap((top) =>
      [0, 1, 2].map((left) => [0, 1, 4, 5].map((i) => i + top * 4 + left).join()),
    );
    expect([...found].sort()).toEqual(possible.sort());
  });

  test("otherwise a crop is the middle", async () => {
    const model = sequential([layers.randomCrop({ height: 1, width: 2, inputShape: [3, 4, 1] })]);
    const { data } = await model.predict(Float32Array.from({ length: 12 }, (_, i) => i));
    expect([...data]).toEqual([5, 6]);
  });
});

describe("light and colours", () => {
  const valueRange = [0, 1] as const;
  const colours = noise(4, [3, 3, 3]);
  const value = (i: number) => colours[i];
  const sampleOf = (i: number) => Math.floor(i / 27);
  const clipped = (x: number) => Math.min(1, Math.max(0, x));
  const mean = (i: number) => {
    let sum = 0;
    for (let pixel = 0; pixel < 9; pixel++) sum += value(sampleOf(i) * 27 + pixel * 3 + (i % 3));
    return sum / 9;
  };
  const gray = (i: number) => {
    const first = i - (i % 3);
    return 0.2989 * value(first) + 0.587 * value(first + 1) + 0.114 * value(first + 2);
  };

  const rows: { name: string; layer: Layer; expected: (i: number) => number }[] = [
    {
      name: "brightness adds a share of the range",
      layer: layers.randomBrightness({ factor: 0.4, valueRange }),
      expected: (i) => clipped(value(i) - 0.4 + 0.8 * drawn(sampleOf(i), 0)),
    },
    {
      name: "contrast moves channels from their mean",
      layer: layers.randomContrast({ factor: 0.4, valueRange }),
      expected: (i) => clipped((value(i) - mean(i)) * (0.6 + 0.8 * drawn(sampleOf(i), 0)) + mean(i)),
    },
    {
      name: "degeneration fades to gray",
      layer: layers.randomColorDegeneration({ factor: 0.8, valueRange }),
      expected: (i) => value(i) + (gray(i) - value(i)) * 0.8 * drawn(sampleOf(i), 0),
    },
    {
      name: "grayscale, for sure",
      layer: layers.randomGrayscale({ factor: 1 }),
      expected: gray,
    },
    {
      name: "a negative, for sure",
      layer: layers.randomInvert({ factor: [1, 1], valueRange }),
      expected: (i) => 1 - value(i),
    },
    {
      name: "solarization inverts from the threshold on",
      layer: layers.solarization({ thresholdFactor: [0.5, 0.5], valueRange }),
      expected: (i) => (value(i) < 0.5 ? value(i) : 1 - value(i)),
    },
    {
      name: "posterization keeps upper bits",
      layer: layers.randomPosterization({ factor: [3, 3], valueRange }),
      expected: (i) => ((Math.floor(value(i) * 255) >> 5) << 5) / 255,
    },
    {
      name: "sharpness of one half changes nothing",
      layer: layers.randomSharpness({ factor: [0.5, 0.5], valueRange }),
      expected: value,
    },
    {
      name: "sharpness of 0 is the smoothed image",
      layer: layers.randomSharpness({ factor: [0, 0], valueRange }),
      expected: (i) => {
        const [n, y, x, c] = [sampleOf(i), Math.floor((i % 27) / 9), Math.floor((i % 9) / 3), i % 3];
        let sum = 0;
        for (let row = 0; row < 3; row++) {
          for (let column = 0; column < 3; column++) {
            if (Math.abs(row - y) > 1 || Math.abs(column - x) > 1) continue;
            const weight = row === y && column === x ? 5 : 1;
            sum += (weight / 13) * value(((n * 3 + row) * 3 + column) * 3 + c);
          }
        }
        return sum;
      },
    },
    {
      name: "saturation of one half changes nothing",
      layer: layers.randomSaturation({ factor: [0.5, 0.5], valueRange }),
      expected: value,
    },
    {
      name: "saturation of 0 leaves the largest channel in all three",
      layer: layers.randomSaturation({ factor: [0, 0], valueRange }),
      expected: (i) => Math.max(...[0, 1, 2].map((c) => value(i - (i % 3) + c))),
    },
    {
      name: "half a circle of hue turns light and dark channels around",
      layer: layers.randomHue({ factor: [1, 1], valueRange }),
      expected: (i) => {
        const pixel = [0, 1, 2].map((c) => value(i - (i % 3) + c));
        return Math.max(...pixel) + Math.min(...pixel) - value(i);
      },
    },
    {
      name: "automatic contrast reaches from black to white",
      layer: layers.autoContrast({ valueRange }),
      expected: (i) => {
        const all = Array.from({ length: 9 }, (_, pixel) => value(sampleOf(i) * 27 + pixel * 3 + (i % 3)));
        return (value(i) - Math.min(...all)) / (Math.max(...all) - Math.min(...all));
      },
    },
    {
      name: "a blur without width changes nothing",
      layer: layers.randomGaussianBlur({ factor: [1, 1], sigma: [0, 0], valueRange }),
      expected: value,
    },
    {
      name: "a blur weighs by the bell curve along both axes",
      layer: layers.randomGaussianBlur({ factor: [1, 1], kernelSize: [3, 5], sigma: [0.5, 0.9], valueRange }),
      expected: (i) => {
        const [n, y, x, c] = [sampleOf(i), Math.floor((i % 27) / 9), Math.floor((i % 9) / 3), i % 3];
        const bell = (distance: number, sigma: number) => Math.exp(-0.5 * (distance / sigma) ** 2);
        const weight = (distance: number, half: number, sigma: number) => {
          if (Math.abs(distance) > half) return 0;
          let total = 0;
          for (let d = -half; d <= half; d++) total += bell(d, sigma);
          return bell(distance, sigma) / total;
        };
        const [sigmaX, sigmaY] = [2, 3].map((draw) => 0.5 + 0.4 * drawn(n, draw) + 1e-6);
        let sum = 0;
        for (let row = 0; row < 3; row++)
          for (let column = 0; column < 3; column++)
            sum +=
              weight(row - y, 2, sigmaY) *
              weight(column - x, 1, sigmaX) *
              value(((n * 3 + row) * 3 + column) * 3 + c);
        return sum;
      },
    },
  ];

  test.each(rows)("$name", async ({ layer, expected }) => {
    const actual = await augmented(layer, colours, [3, 3, 3]);
    for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected(i), 4);
  });

  test("erasing fills a rectangle of the promised share", async () => {
    const images = new Float32Array(50 * 400).fill(0.5);
    const layer = layers.randomErasing({ factor: [1, 1], scale: [0.1, 0.3], fillValue: 0, valueRange });
    const erased = await augmented(layer, images, [20, 20, 1]);
    const shares = Array.from({ length: 50 }, (_, n) => {
      const gone = [...erased.subarray(n * 400, (n + 1) * 400).entries()].filter(([, x]) => x === 0);
      const rows = gone.map(([i]) => Math.floor(i / 20));
      const columns = gone.map(([i]) => i % 20);
      const extent = (list: number[]) => Math.max(...list) - Math.min(...list) + 1;
      expect(gone.length).toBe(extent(rows) * extent(columns));
      return gone.length / 400;
    });
    /* Each side is a root of the share times 20 pixels, whole pixels of it. */
    expect(Math.min(...shares)).toBeGreaterThan(0.07);
    expect(Math.max(...shares)).toBeLessThan(0.36);
    expect(new Set(shares).size).toBeGreaterThan(5);
  });

  test("some images are left alone where a change is only likely", async () => {
    const images = noise(40, [2, 2, 1]);
    const changed = await augmented(
      layers.randomInvert({ factor: [0.5, 0.5], valueRange }),
      images,
      [2, 2, 1],
    );
    const same = Array.from({ length: 40 }, (_, n) => changed[4 * n] === images[4 * n]).filter(
      Boolean,
    ).length;
    expect(same).toBeGreaterThan(10);
    expect(same).toBeLessThan(30);
  });
});

describe("all of them", () => {
  const random = augmentationCases.filter(({ name }) => name !== "randomCrop" && name !== "autoContrast");

  test.each(random)("$name leaves images alone in prediction", async ({ make, inputs }) => {
    const images = noise(2, inputs[0], -1, 1);
    expect((await sequential([make(inputs[0])]).predict(images)).data).toEqual(images);
  });

  test.each(random)(
    "$name changes images in training, each by its number alone",
    async ({ make, inputs }) => {
      const [inputShape] = inputs;
      const size = sizeOf(inputShape);
      const images = noise(6, inputShape, -1, 1);
      const all = await augmented(make(inputShape), images, inputShape);
      expect(all).not.toEqual(images);
      const order = [4, 1, 5];
      const some = Float32Array.from(order.flatMap((n) => [...images.subarray(n * size, (n + 1) * size)]));
      const alone = await augmented(make(inputShape), some, inputShape, { numbers: order });
      for (const [i, n] of order.entries())
        expect(alone.subarray(i * size, (i + 1) * size)).toEqual(all.subarray(n * size, (n + 1) * size));
      const slow = await augmented(make(inputShape), images, inputShape, { backend: reference });
      for (const [i, x] of slow.entries()) expect(all[i]).toBeCloseTo(x, 4);
    },
  );

  test("bytes keep their range where a rescaling stands behind augmentation", async () => {
    const chain = (withFlip: boolean) =>
      sequential([
        ...(withFlip ? [layers.randomFlip({ inputShape: [2, 2, 1] })] : []),
        layers.rescaling({ scale: 1 / 127.5, offset: -1, inputShape: [2, 2, 1] }),
      ]);
    const pixels = Uint8Array.of(0, 255, 100, 30);
    expect((await chain(true).predict(pixels)).data).toEqual((await chain(false).predict(pixels)).data);
  });

  test.each([
    {
      make: () => layers.randomRotation({ factor: 1.5 }),
      message: "factor as one number or two, from -1 to 1, got 1.5",
    },
    { make: () => layers.randomZoom({ heightFactor: -1 }), message: "heightFactor to be above −1, got -1" },
    {
      make: () => layers.randomShear({ fillMode: "mirror" as never }),
      message: 'a known name, got "mirror"',
    },
    {
      make: () => layers.randomContrast({ factor: 0.1, valueRange: [1, 1] }),
      message: "valueRange as the lowest",
    },
    { make: () => layers.randomGaussianBlur({ kernelSize: 4 }), message: "kernelSize as one odd number" },
    { make: () => layers.randomPosterization({ factor: 9 }), message: "from 1 to 8, or two of them, got 9" },
    {
      make: () => layers.randomErasing({ fillValue: [] }),
      message: "fillValue as one number or one for each",
    },
    {
      make: () => layers.randomGrayscale({ factor: 2 }),
      message: "factor to be a number from 0 to 1, got 2",
    },
    {
      make: () => sequential([layers.randomCrop({ height: 9, width: 2, inputShape: [4, 4, 1] })]),
      message: "an image of at least 9 × 2 pixels, got [4, 4, 1]",
    },
    {
      make: () => sequential([layers.randomHue({ factor: 0.1, inputShape: [4, 4, 1] })]),
      message: "images with 3 channels, got [4, 4, 1]",
    },
  ])("$message", ({ make, message }) => {
    expect(make).toThrow(message);
  });
});
