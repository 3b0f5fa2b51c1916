import { afterAll, describe, expect, test } from "vitest";
import { augmented, disposeAll, drawn, noise } from "../../test/augmented.ts";
import * as layers from "./index.ts";
import type { Layer } from "./layer.ts";

afterAll(disposeAll);

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
