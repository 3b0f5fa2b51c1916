import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { bitmapOf, toPng } from "./to-png.ts";

const pixel = (data: Uint8Array, width: number, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe("toPng", () => {
  test("draws a map of numbers ≥ 0 from black to white", async () => {
    const map = { data: Float32Array.of(0, 1, 2, 4), shape: [2, 2] };
    const { width, height, data } = decode(await toPng(map, { scale: 3 }));
    expect({ width, height }).toEqual({ width: 6, height: 6 });
    const bytes = Uint8Array.from(data);
    expect([
      pixel(bytes, 6, 0, 0),
      pixel(bytes, 6, 5, 0),
      pixel(bytes, 6, 2, 5),
      pixel(bytes, 6, 3, 3),
    ]).toEqual([
      [0, 0, 0],
      [64, 64, 64],
      [128, 128, 128],
      [255, 255, 255],
    ]);
  });

  test("draws numbers below 0 orange, above 0 blue, and 0 neutral", () => {
    const { data } = bitmapOf({ data: Float32Array.of(-2, 0, 2), shape: [1, 3] });
    expect([0, 1, 2].map((x) => pixel(data, 3, x, 0))).toEqual([
      [0x8a, 0x3b, 0x06],
      [0xf4, 0xf4, 0xf2],
      [0x0b, 0x43, 0x7c],
    ]);
  });

  test("puts channels side by side on one scale, with a pixel between them", () => {
    const maps = { data: Float32Array.of(0, 1, 2, 3, 4), shape: [1, 1, 5] };
    const { width, height, data } = bitmapOf(maps);
    expect({ width, height }).toEqual({ width: 5, height: 3 });
    expect(pixel(data, 5, 2, 0)).toEqual([64, 64, 64]);
    expect(pixel(data, 5, 1, 0)).toEqual([255, 255, 255]);
    expect(pixel(data, 5, 2, 2)).toEqual([255, 255, 255]);
  });

  test("shows a picture of three channels in its colours, and NaN magenta", () => {
    const picture = { data: Float32Array.of(1, 0, 0.5), shape: [1, 1, 3] };
    expect([...bitmapOf(picture).data]).toEqual([255, 0, 128]);
    const broken = { data: Float32Array.of(Number.NaN, 1), shape: [1, 2] };
    expect(pixel(bitmapOf(broken).data, 2, 0, 0)).toEqual([255, 0, 255]);
  });

  test("lays a map over an image, which shows where the map is weak", () => {
    const map = { data: Float32Array.of(0, 1), shape: [1, 2] };
    const over = { data: Float32Array.of(1, 1), shape: [1, 2] };
    const { data } = bitmapOf(map, { colors: "grey", over });
    expect(pixel(data, 2, 0, 0)[0]).toBe(Math.round(0.85 * 255));
    expect(pixel(data, 2, 1, 0)[0]).toBe(255);
  });

  test("refuses what is no map, and options that do not exist", async () => {
    await expect(toPng({ data: new Float32Array(4), shape: [4] })).rejects.toThrow(/a map \[H, W\]/);
    const map = { data: new Float32Array(1), shape: [1, 1] };
    await expect(toPng(map, { colors: "jet" as "grey" })).rejects.toThrow(/grey, sequential, diverging/);
    await expect(toPng(map, { scale: 0 })).rejects.toThrow(/scale/);
  });
});
