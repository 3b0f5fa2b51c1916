import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../../core/errors.ts";
import { normalizeDigit } from "./normalize-digit.ts";
import type { Picture } from "./picture.ts";

type Color = readonly number[];

/** A picture of `background` with a rectangle of `ink` from (left, top) up to (right, bottom). */
function draw(
  [width, height]: readonly [number, number],
  [left, top, right, bottom]: readonly [number, number, number, number],
  { background, ink }: { background: Color; ink: Color },
): Picture {
  const channels = background.length;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isInk = x >= left && x < right && y >= top && y < bottom;
      data.set(isInk ? ink : background, (y * width + x) * channels);
    }
  }
  return { width, height, channels, data };
}

const white = { background: [0], ink: [255] };
const black = { background: [255], ink: [0] };

/** Bounds of the pixels that are not black: left, top, right and bottom, the last two excluded. */
function bounds(pixels: Uint8Array): number[] {
  const lit = [...pixels.keys()].filter((i) => pixels[i] > 0);
  const xs = lit.map((i) => i % 28);
  const ys = lit.map((i) => Math.floor(i / 28));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

describe("normalizeDigit", () => {
  it("leaves a picture that is made as MNIST's are as it is", () => {
    const picture = draw([28, 28], [10, 4, 18, 24], white);
    expect(normalizeDigit(picture)).toEqual(picture.data);
  });

  it("makes dark ink on paper bright on black", () => {
    const onBlack = normalizeDigit(draw([28, 28], [10, 4, 18, 24], white));
    expect(normalizeDigit(draw([28, 28], [10, 4, 18, 24], black))).toEqual(onBlack);
  });

  it.each([
    ["far off the centre", draw([28, 28], [0, 0, 8, 20], white)],
    ["large", draw([560, 560], [300, 40, 460, 440], white)],
    ["tiny", draw([14, 14], [2, 2, 6, 12], white)],
    ["in a wide picture", draw([900, 300], [700, 20, 800, 270], black)],
    [
      "chalk on a green board",
      draw([280, 280], [100, 20, 180, 220], { background: [20, 90, 50], ink: [250, 240, 200] }),
    ],
    [
      "blue ink on beige paper",
      draw([280, 280], [100, 20, 180, 220], { background: [240, 230, 210], ink: [20, 30, 120] }),
    ],
    [
      "black on nothing",
      draw([280, 280], [100, 20, 180, 220], { background: [0, 0, 0, 0], ink: [0, 0, 0, 255] }),
    ],
    [
      "white on nothing",
      draw([280, 280], [100, 20, 180, 220], { background: [0, 0, 0, 0], ink: [255, 255, 255, 255] }),
    ],
    ["dim ink on dim paper", draw([280, 280], [100, 20, 180, 220], { background: [120], ink: [70] })],
  ])("scales to 20 pixels and puts the centre of mass to 14, 14: %s", (_name, picture) => {
    const pixels = normalizeDigit(picture);
    expect(bounds(pixels)).toEqual([10, 4, 18, 24]);
    expect(pixels[14 * 28 + 14]).toBe(255);
  });

  it("keeps the aspect ratio of a wide digit", () => {
    expect(bounds(normalizeDigit(draw([100, 100], [10, 40, 90, 60], white)))).toEqual([4, 12, 24, 17]);
  });

  it("centres by mass, not by the box", () => {
    const picture = draw([28, 28], [4, 4, 8, 24], white);
    for (let x = 8; x < 24; x++) picture.data[4 * 28 + x] = 255;
    const [left] = bounds(normalizeDigit(picture));
    expect(left).toBe(8);
  });

  it("does not let a heavy corner push the digit out of the frame", () => {
    const picture = draw([28, 28], [4, 4, 24, 24], { background: [0], ink: [40] });
    for (let i = 0; i < 5; i++) picture.data[(4 + i) * 28 + 4 + i] = 255;
    const [left, top, right, bottom] = bounds(normalizeDigit(picture));
    expect([right - left, bottom - top]).toEqual([20, 20]);
  });

  it("ignores a shadow that falls across the border of the paper", () => {
    const picture = draw([100, 100], [40, 10, 60, 90], { background: [230], ink: [10] });
    for (let y = 0; y < 100; y++) for (let x = 70; x < 100; x++) picture.data[y * 100 + x] = 190;
    expect(bounds(normalizeDigit(picture))).toEqual(
      bounds(normalizeDigit(draw([100, 100], [40, 10, 60, 90], black))),
    );
  });

  it("draws a hair line of a large picture at full brightness", () => {
    const pixels = normalizeDigit(draw([1000, 1000], [500, 100, 503, 900], black));
    expect(Math.max(...pixels)).toBe(255);
  });

  it("makes a whole frame of any picture that is not even", () => {
    const anyPicture = fc
      .record({
        width: fc.integer({ min: 1, max: 9 }),
        height: fc.integer({ min: 1, max: 9 }),
        channels: fc.integer({ min: 1, max: 4 }),
      })
      .chain((sides) => {
        const length = sides.width * sides.height * sides.channels;
        const data = fc.uint8Array({ minLength: length, maxLength: length });
        return data.map((pixels): Picture => ({ ...sides, data: pixels }));
      });
    fc.assert(
      fc.property(anyPicture, (picture) => {
        try {
          const pixels = normalizeDigit(picture);
          expect(pixels.length).toBe(784);
          expect(Math.max(...pixels)).toBe(255);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("refuses an even picture, by the name it was given", () => {
    const blank = draw([28, 28], [0, 0, 0, 0], black);
    expect(() => normalizeDigit(blank, "blank.png")).toThrow(DataError);
    expect(() => normalizeDigit(blank, "blank.png")).toThrow(/^blank\.png: expected a digit .* even picture/);
  });

  it("refuses pixels that are not as many as the sides say", () => {
    const picture: Picture = { width: 4, height: 4, channels: 3, data: new Uint8Array(16) };
    expect(() => normalizeDigit(picture)).toThrow(/got 16 bytes for 4 × 4 × 3/);
  });
});
