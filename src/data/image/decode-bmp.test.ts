import { describe, expect, it } from "vitest";
import { readDamaged } from "../../../test/mutations.ts";
import { decodeBmp } from "./decode-bmp.ts";
import { decodeImage } from "./decode-image.ts";

interface Bitmap {
  readonly width?: number;
  readonly height?: number;
  readonly bits: number;
  readonly compression?: number;
  /** Of the header behind the first 14 bytes. */
  readonly size?: number;
  readonly masks?: readonly number[];
  /** Blue, green, red, nothing. */
  readonly palette?: readonly number[];
  readonly pixels: readonly number[];
}

function bmp({
  width = 2,
  height = 2,
  bits,
  compression = 0,
  size = 40,
  masks = [],
  palette = [],
  pixels,
}: Bitmap) {
  const fields = size === 40 ? masks.length * 4 : 0;
  const offset = 14 + size + fields + palette.length;
  const bytes = new Uint8Array(offset + pixels.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, size, true);
  if (size === 12) {
    view.setUint16(18, width, true);
    view.setUint16(20, height, true);
    view.setUint16(22, 1, true);
    view.setUint16(24, bits, true);
  } else {
    view.setInt32(18, width, true);
    view.setInt32(22, height, true);
    view.setUint16(26, 1, true);
    view.setUint16(28, bits, true);
    view.setUint32(30, compression, true);
    view.setUint32(46, palette.length / 4, true);
    for (const [i, mask] of masks.entries()) view.setUint32(54 + 4 * i, mask, true);
  }
  bytes.set(palette, 14 + size + fields);
  bytes.set(pixels, offset);
  return bytes;
}

const [red, green, blue, white] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
];
/** Red and green above blue and white. */
const wanted = [...red, ...green, ...blue, ...white];
const palette = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0];
const core = [0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255];

describe("decodeBmp", () => {
  it.each([
    [
      "24 bits, rows from below",
      { bits: 24, pixels: [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0] },
    ],
    [
      "24 bits, rows from above",
      { bits: 24, height: -2, pixels: [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0] },
    ],
    [
      "32 bits, the fourth unused",
      { bits: 32, height: -2, pixels: [0, 0, 255, 9, 0, 255, 0, 9, 255, 0, 0, 9, 255, 255, 255, 9] },
    ],
    ["16 bits, 5 of each color", { bits: 16, height: -2, pixels: [0, 0x7c, 0xe0, 3, 0x1f, 0, 0xff, 0x7f] }],
    [
      "16 bits, 6 of green",
      {
        bits: 16,
        height: -2,
        compression: 3,
        masks: [0xf800, 0x7e0, 0x1f],
        pixels: [0, 0xf8, 0xe0, 7, 0x1f, 0, 0xff, 0xff],
      },
    ],
    ["8 bits with colors", { bits: 8, height: -2, palette, pixels: [0, 1, 0, 0, 2, 3, 0, 0] }],
    ["4 bits with colors", { bits: 4, height: -2, palette, pixels: [0x01, 0, 0, 0, 0x23, 0, 0, 0] }],
    [
      "2 bits with colors",
      { bits: 2, height: -2, palette, pixels: [0b00010000, 0, 0, 0, 0b10110000, 0, 0, 0] },
    ],
    [
      "run lengths of bytes",
      { bits: 8, compression: 1, palette, pixels: [1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1] },
    ],
    [
      "runs that are written out",
      { bits: 8, compression: 1, palette, pixels: [0, 4, 2, 3, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1] },
    ],
    ["run lengths of nibbles", { bits: 4, compression: 2, palette, pixels: [2, 0x23, 0, 0, 2, 0x01, 0, 1] }],
    [
      "a step to the next row",
      { bits: 8, compression: 1, palette, pixels: [1, 2, 1, 3, 0, 0, 0, 2, 1, 0, 1, 1, 0, 1] },
    ],
  ] satisfies [string, Bitmap][])("reads %s", (_name, bitmap) => {
    const { width, height, channels, data } = decodeBmp(bmp(bitmap), "a", 100);
    expect([width, height, channels]).toEqual([2, 2, 3]);
    expect([...data]).toEqual(wanted);
  });

  it("reads the old header, with three bytes a color", () => {
    const bytes = bmp({
      bits: 1,
      size: 12,
      palette: core.slice(0, 6),
      width: 2,
      height: 1,
      pixels: [0b01000000, 0, 0, 0],
    });
    expect([...decodeBmp(bytes, "a", 100).data]).toEqual([...red, ...green]);
  });

  it("reads transparency where a field says so", () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const bytes = bmp({
      bits: 32,
      size: 108,
      compression: 3,
      masks,
      width: 1,
      height: 1,
      pixels: [1, 2, 3, 4],
    });
    const { channels, data } = decodeBmp(bytes, "a", 100);
    expect(channels).toBe(4);
    expect([...data]).toEqual([3, 2, 1, 4]);
  });

  it.each([
    ["half a header", bmp({ bits: 24, pixels: [] }).subarray(0, 30), "a header of 54 bytes"],
    ["too few pixels", bmp({ bits: 24, pixels: [1, 2, 3] }), "16 bytes of pixels, got 3"],
    ["a huge size", bmp({ bits: 24, width: 2 ** 30, height: 2 ** 30, pixels: [] }), "at most 100 pixels"],
    ["no width", bmp({ bits: 24, width: 0, pixels: [] }), "a width and a height, got 0 × 2"],
    ["JPEG inside", bmp({ bits: 24, compression: 4, pixels: [] }), "got compression 4 of 24 bits"],
    [
      "a color that is not there",
      bmp({ bits: 8, palette: palette.slice(0, 4), pixels: [9, 0, 0, 0, 0, 0, 0, 0] }),
      "1 colors, got color 9",
    ],
  ])("refuses %s", (_name, bytes, message) => {
    expect(() => decodeBmp(bytes, "a.bmp", 100)).toThrow(message);
  });

  it("is reached through decodeImage, with sizes and channels", async () => {
    const bytes = bmp({ bits: 24, pixels: [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0] });
    expect([...(await decodeImage(bytes, "a.bmp")).data]).toEqual(wanted);
    const grey = await decodeImage(bytes, "a.bmp", { width: 4, height: 4, channels: 1 });
    expect(grey.data.length).toBe(16);
  });

  it("reads damaged files or says so", async () => {
    const files = [
      bmp({ bits: 24, pixels: [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0] }),
      bmp({ bits: 8, palette, pixels: [0, 1, 0, 0, 2, 3, 0, 0] }),
      bmp({ bits: 8, compression: 1, palette, pixels: [0, 4, 2, 3, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1] }),
    ];
    const refused = await readDamaged(files, (bytes) => decodeBmp(bytes, "x", 2 ** 22), { count: 6000 });
    expect(refused).toBeGreaterThan(1000);
  });
});
