import { encode } from "fast-png";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readDamaged } from "../../../test/mutations.ts";
import { FileError, OptionError } from "../../core/errors.ts";
import { decodeImage, imageInfo } from "./decode-image.ts";

/** 3 × 2: red, green, blue; black, white, grey. */
const colors = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 100, 100, 100);
const png = encode({ width: 3, height: 2, channels: 3, data: colors });
const raw = { raw: { width: 3, height: 2, channels: 3 as const } };

describe("decodeImage", () => {
  it.each(["png", "webp", "tiff", "gif"] as const)("reads %s without loss", async (format) => {
    const options = { webp: { lossless: true }, tiff: { compression: "lzw" } as const, png: {}, gif: {} }[
      format
    ];
    const bytes = await sharp(colors, raw).toFormat(format, options).toBuffer();
    expect([...(await decodeImage(bytes, format, { channels: 3 })).data]).toEqual([...colors]);
    expect(await imageInfo(bytes, format)).toMatchObject({ format, width: 3, height: 2 });
  });

  it("gives the first of moving pictures", async () => {
    const two = Uint8Array.from({ length: 2 * 4 * 3 }, (_, i) => (i < 12 ? 200 : 10));
    const bytes = await sharp(two, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif()
      .toBuffer();
    const { width, height, data } = await decodeImage(bytes, "moving.gif", { channels: 3 });
    expect([width, height]).toEqual([2, 2]);
    expect([...data]).toEqual(Array(12).fill(200));
  });

  /* 3 turns by half, 6 to the right, 8 to the left: the first pixel was in another corner. */
  it.each([
    [1, 3, [255, 0, 0]],
    [3, 3, [100, 100, 100]],
    [6, 2, [0, 0, 0]],
    [8, 2, [0, 0, 255]],
  ])("turns pictures as EXIF's orientation %i says", async (orientation, width, first) => {
    const bytes = await sharp(colors, raw).withMetadata({ orientation }).png().toBuffer();
    const picture = await decodeImage(bytes, "turned.png", { channels: 3 });
    expect(picture.width).toBe(width);
    expect([...picture.data.subarray(0, 3)]).toEqual(first);
    expect(await imageInfo(bytes, "turned.png")).toMatchObject({ width });
  });

  it("mixes inks by the plain product", async () => {
    const inks = [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 51, 102, 0, 51];
    const { data } = await decodeImage(cmykTiff(4, 1, inks), "ink.tif");
    /* (1 − 51/255)(1 − 51/255)·255 = 163.2, (1 − 102/255)(1 − 51/255)·255 = 122.4 */
    expect([...data]).toEqual([255, 255, 255, 0, 255, 255, 0, 0, 0, 163, 122, 204]);
  });

  it("makes grey as BT.601 weighs the colors", async () => {
    const { data, channels } = await decodeImage(png, "a.png", { channels: 1 });
    expect(channels).toBe(1);
    expect([...data]).toEqual([76, 150, 29, 0, 255, 100]);
  });

  it("keeps 16 bits if it is asked to, and makes 8 bits 16 by a factor of 257", async () => {
    const deep = Uint16Array.of(0, 1, 256, 65535);
    const bytes = encode({ width: 4, height: 1, channels: 1, depth: 16, data: deep });
    expect([...(await decodeImage(bytes, "deep.png", { channels: 1, depth: 16 })).data]).toEqual([...deep]);
    const { data } = await decodeImage(png, "a.png", { depth: 16 });
    expect([...data]).toEqual(Array.from(colors, (value) => value * 257));
  });

  it("cuts to the aspect ratio as Keras's smart_resize does", async () => {
    /* 7 × 3 → 2 × 2: 3 columns are kept, from ⌊(7 − 3)/2⌋ = 2 on. */
    const columns = Uint8Array.from({ length: 21 }, (_, i) => (i % 7 >= 2 && i % 7 <= 4 ? 200 : 0));
    const bytes = encode({ width: 7, height: 3, channels: 1, data: columns });
    const options = { width: 2, height: 2, channels: 1, cropToAspectRatio: true } as const;
    expect([...(await decodeImage(bytes, "wide.png", options)).data]).toEqual([200, 200, 200, 200]);
  });

  it("takes all pixels into account when it shrinks", async () => {
    const checks = Uint8Array.from({ length: 64 * 64 }, (_, i) => ((i + Math.floor(i / 64)) % 2) * 255);
    const bytes = encode({ width: 64, height: 64, channels: 1, data: checks });
    const { data } = await decodeImage(bytes, "checks.png", { width: 4, height: 4, channels: 1 });
    for (const value of data) expect(Math.abs(value - 127.5)).toBeLessThan(8);
    const nearest = await decodeImage(bytes, "checks.png", {
      width: 4,
      height: 4,
      channels: 1,
      interpolation: "nearest",
    });
    for (const value of nearest.data) expect([0, 255]).toContain(value);
  });

  it("refuses more pixels than allowed before it decodes them", async () => {
    const bytes = Uint8Array.from(png);
    /* The header says 60000 × 60000; its check sum must fit. */
    const view = new DataView(bytes.buffer);
    view.setUint32(16, 60000);
    view.setUint32(20, 60000);
    view.setUint32(29, crc32(bytes.subarray(12, 29)));
    await expect(decodeImage(bytes, "bomb.png")).rejects.toThrow(
      "bomb.png: expected at most 67108864 pixels, got 60000 × 60000.",
    );
    await expect(decodeImage(png, "a.png", { maxPixels: 5 })).rejects.toThrow(/at most 5 pixels, got 3 × 2/);
  });

  it("refuses what only begins to be an image, and formats that could read other files", async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    for (const bytes of [svg, png.subarray(0, 20), png.subarray(0, png.length - 20), new Uint8Array(0)]) {
      await expect(decodeImage(bytes, "x")).rejects.toThrow(FileError);
    }
  });

  it.each([
    [{ widht: 3 }, 'Did you mean "width"?'],
    [{ width: 3 }, "both width and height, or neither"],
    [{ width: 3, height: 0 }, "whole sides from 1 to 16384"],
    [{ channels: 2 }, "channels 1, 3 or 4"],
    [{ depth: 12 }, "depth 8 or 16"],
    [{ interpolation: "linear" }, "a known name"],
  ])("refuses options %o", async (options, message) => {
    const promise = decodeImage(png, "a.png", options as object);
    await expect(promise).rejects.toThrow(OptionError);
    await expect(promise).rejects.toThrow(message);
  });

  it("reads damaged files or says so", async () => {
    const files = [png];
    for (const format of ["jpeg", "webp", "gif", "tiff"] as const) {
      files.push(await sharp(colors, raw).toFormat(format).toBuffer());
    }
    const read = (bytes: Uint8Array) => decodeImage(bytes, "x", { maxPixels: 2 ** 20 });
    expect(await readDamaged(files, read)).toBeGreaterThan(1000);
  });
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A TIFF file of cyan, magenta, yellow and black, without compression. */
function cmykTiff(width: number, height: number, inks: readonly number[]): Uint8Array {
  const [short, long, separated] = [3, 4, 5];
  const entries = [
    [256, short, 1, width],
    [257, short, 1, height],
    /* Where the four numbers of bits stand. */
    [258, short, 4, 8],
    [259, short, 1, 1],
    [262, short, 1, separated],
    [273, long, 1, 16],
    [277, short, 1, 4],
    [278, short, 1, height],
    [279, long, 1, inks.length],
  ];
  const start = 16 + inks.length;
  const bytes = new Uint8Array(start + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, start, true);
  for (let i = 0; i < 4; i++) view.setUint16(8 + 2 * i, 8, true);
  bytes.set(inks, 16);
  view.setUint16(start, entries.length, true);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = start + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  }
  return bytes;
}
