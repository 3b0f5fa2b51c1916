/** The parts of examples/browser that compute something. */
import { describe, expect, test } from "vitest";
import { percent } from "../../examples/browser/bars.ts";
import { digitImage } from "../../examples/browser/digit-image.ts";
import { duration } from "../../examples/browser/display.ts";
import { LearningCurve } from "../../examples/browser/learning-curve.ts";
import { readSettings } from "../../examples/browser/settings.ts";

describe("a drawing becomes an image like those of MNIST", () => {
  const size = 280;
  /** A filled rectangle. */
  function drawing(left: number, top: number, width: number, height: number): Uint8Array {
    const ink = new Uint8Array(size * size);
    for (let y = top; y < top + height; y++) ink.fill(255, y * size + left, y * size + left + width);
    return ink;
  }
  /** First and last row and column with ink. */
  function extent(image: Uint8Array): { rows: [number, number]; columns: [number, number] } {
    const places = [...image.entries()].filter(([, value]) => value > 0).map(([i]) => i);
    const rows = places.map((i) => Math.floor(i / 28));
    const columns = places.map((i) => i % 28);
    return {
      rows: [Math.min(...rows), Math.max(...rows)],
      columns: [Math.min(...columns), Math.max(...columns)],
    };
  }

  test.each([
    { name: "small, in a corner", ink: drawing(3, 5, 20, 40) },
    { name: "large", ink: drawing(70, 0, 140, 280) },
  ])("the longer side fills 20 pixels, in the middle: $name", ({ ink }) => {
    const image = digitImage(ink, size);
    expect(image?.length).toBe(28 * 28);
    expect(extent(image as Uint8Array)).toEqual({ rows: [4, 23], columns: [9, 18] });
  });

  test("the centre of mass is in the middle, not the centre of the box", () => {
    const ink = drawing(100, 100, 20, 100);
    ink.set(drawing(100, 180, 100, 20).map((value, i) => Math.max(value, ink[i])));
    const image = digitImage(ink, size) as Uint8Array;
    const mass = image.reduce((sum, value) => sum + value, 0);
    const meanX = image.reduce((sum, value, i) => sum + value * ((i % 28) + 0.5), 0) / mass;
    const meanY = image.reduce((sum, value, i) => sum + value * (Math.floor(i / 28) + 0.5), 0) / mass;
    expect(Math.abs(meanX - 14)).toBeLessThan(0.5);
    expect(Math.abs(meanY - 14)).toBeLessThan(0.5);
  });

  test("nothing drawn is no image", () => {
    expect(digitImage(new Uint8Array(size * size), size)).toBeUndefined();
  });
});

describe("the learning curve", () => {
  test("a point is the mean since the point before, in whichever epoch", () => {
    const curve = new LearningCurve();
    curve.add(100, { loss: 2, accuracy: 0.2 });
    curve.add(200, { loss: 1.5, accuracy: 0.4 });
    curve.endEpoch();
    curve.add(100, { loss: 0.5, accuracy: 0.9 });
    const rounded = curve.points(1).map(({ images, loss, accuracy }) => [images, loss, +accuracy.toFixed(6)]);
    expect(rounded).toEqual([
      [100, 2, 0.2],
      [200, 1, 0.6],
      [300, 0.5, 0.9],
    ]);
  });

  test("points are as far apart as was asked for", () => {
    const curve = new LearningCurve();
    for (let images = 32; images <= 320; images += 32) curve.add(images, { loss: 1, accuracy: 0.5 });
    expect(curve.points(100).map(({ images }) => images)).toEqual([128, 256]);
  });

  test("a report that says nothing new adds nothing", () => {
    const curve = new LearningCurve();
    curve.add(64, { loss: 1, accuracy: 0.5 });
    curve.add(64, { loss: 1, accuracy: 0.5 });
    expect(curve.images).toBe(64);
    expect(curve.points(1)).toHaveLength(1);
  });
});

describe("what the page says", () => {
  test.each([
    ["?epochs=1&limit=2000", { epochs: 1, limit: 2000 }],
    ["", { epochs: 5, limit: 60_000 }],
    ["?epochs=-3&limit=many", { epochs: 5, limit: 60_000 }],
  ])("the address %j means %j", (search, settings) => {
    expect(readSettings(search)).toEqual(settings);
  });

  test.each([
    [0, "0 %"],
    [0.9345, "93.5 %"],
    [0.99999, "99.9 %"],
    [1, "100 %"],
  ])("the share %d is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });

  test.each([
    [0.2, "1 s"],
    [59.6, "1 min 0 s"],
    [125, "2 min 5 s"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
