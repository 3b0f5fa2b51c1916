import { afterAll, describe, expect, test } from "vitest";
import { augmented, disposeAll, drawn, noise, reference } from "../../test/augmented.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { sequential } from "../training/sequential.ts";
import { augmentationCases } from "./cases/augmentation.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

afterAll(disposeAll);

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
