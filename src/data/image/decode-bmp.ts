/**
 * BMP, which sharp does not read: 1 to 32 bits a pixel, palettes, bit fields and run lengths.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
 */
import { FileError } from "../../core/errors.ts";
import type { Picture } from "./picture.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  /** Rows from the top down; usually they go up. */
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Red, green, blue and alpha in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
  /** Red, green and blue of every color. */
  readonly palette: Uint8Array;
  /** Where the pixels begin. */
  readonly offset: number;
}

const headerSizes = [12, 40, 52, 56, 64, 108, 124];
const plain = 0;
const runsOfBytes = 1;
const runsOfNibbles = 2;
const bitFields = 3;
const alphaBitFields = 6;

/**
 * The pixels of a BMP file: RGB, or RGBA if it has transparency.
 *
 * @param where name of the file, for errors
 * @throws FileError naming what is wrong, before anything is allocated that the file does not fill.
 */
export function decodeBmp(bytes: Uint8Array, where: string, maxPixels: number): Picture<Uint8Array> {
  const header = readHeader(bytes, where);
  const { width, height, bits, compression, offset } = header;
  if (width * height > maxPixels) {
    throw problem(where, `at most ${maxPixels} pixels`, `${width} × ${height}`);
  }
  if (compression === runsOfBytes || compression === runsOfNibbles) {
    return colored(header, where, readRuns(header, bytes));
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (offset + stride * height > bytes.length) {
    throw problem(where, `${stride * height} bytes of pixels`, `${Math.max(0, bytes.length - offset)}`);
  }
  if (bits > 8) return readPixels(header, bytes, stride);
  const indexes = new Uint8Array(width * height);
  const perByte = 8 / bits;
  for (let y = 0; y < height; y++) {
    const row = offset + rowOf(header, y) * stride;
    for (let x = 0; x < width; x++) {
      const byte = bytes[row + Math.floor(x / perByte)];
      indexes[y * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & ((1 << bits) - 1);
    }
  }
  return colored(header, where, indexes);
}

function problem(where: string, expected: string, received: string): FileError {
  return new FileError({ where: `${where}, BMP`, expected, received });
}

/** In which row of the file the row `y` from the top stands. */
function rowOf({ isTopDown, height }: Header, y: number): number {
  return isTopDown ? y : height - 1 - y;
}

function readHeader(bytes: Uint8Array, where: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length >= 18 ? view.getUint32(14, true) : 0;
  if (!headerSizes.includes(size)) {
    throw problem(where, `a header of ${headerSizes.join(", ")} bytes`, `${size} at byte 14`);
  }
  const end = 14 + size;
  if (bytes.length < end) throw problem(where, `a header of ${end} bytes`, `the end after ${bytes.length}`);
  const isCore = size === 12;
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? plain : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (width <= 0 || height === 0) throw problem(where, "a width and a height", `${width} × ${signedHeight}`);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw problem(where, "1 to 32 bits a pixel", String(bits));
  checkCompression(where, compression, bits, signedHeight < 0);
  const hasFields = compression === bitFields || compression === alphaBitFields;
  const fieldCount = compression === alphaBitFields || size >= 56 ? 4 : 3;
  /* A header of 40 bytes has its fields behind it. */
  const masksEnd = size === 40 && hasFields ? end + 4 * fieldCount : end;
  if (bytes.length < masksEnd) throw problem(where, "bit fields", "the end of the file");
  const standard = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const masks = hasFields
    ? standard.map((_, i) => (i < fieldCount ? view.getUint32(54 + 4 * i, true) : 0))
    : standard;
  const colors = isCore ? 0 : view.getUint32(46, true);
  return {
    width,
    height,
    isTopDown: signedHeight < 0,
    bits,
    compression,
    masks,
    palette: bits > 8 ? new Uint8Array(0) : readPalette(bytes, where, masksEnd, bits, colors, isCore ? 3 : 4),
    offset: view.getUint32(10, true),
  };
}

function checkCompression(where: string, compression: number, bits: number, isTopDown: boolean): void {
  const fits: Record<number, boolean> = {
    [plain]: true,
    [runsOfBytes]: bits === 8 && !isTopDown,
    [runsOfNibbles]: bits === 4 && !isTopDown,
    [bitFields]: bits === 16 || bits === 32,
    [alphaBitFields]: bits === 16 || bits === 32,
  };
  if (fits[compression]) return;
  const received = `compression ${compression} of ${bits} bits`;
  throw problem(where, "no compression, run lengths of 4 or 8 bits, or bit fields of 16 or 32", received);
}

function readPalette(
  bytes: Uint8Array,
  where: string,
  at: number,
  bits: number,
  colors: number,
  entry: 3 | 4,
): Uint8Array {
  const most = 2 ** bits;
  const count = colors === 0 ? most : colors;
  if (count > most) throw problem(where, `at most ${most} colors`, String(count));
  if (at + count * entry > bytes.length) throw problem(where, `${count} colors`, "the end of the file");
  const palette = new Uint8Array(count * 3);
  /* Blue comes first. */
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++)
      palette[3 * i + channel] = bytes[at + entry * i + 2 - channel];
  return palette;
}

/** Numbers of colors → RGB. */
function colored(
  { width, height, palette }: Header,
  where: string,
  indexes: Uint8Array,
): Picture<Uint8Array> {
  const data = new Uint8Array(indexes.length * 3);
  for (const [i, index] of indexes.entries()) {
    if (3 * index >= palette.length) throw problem(where, `${palette.length / 3} colors`, `color ${index}`);
    for (let channel = 0; channel < 3; channel++) data[3 * i + channel] = palette[3 * index + channel];
  }
  return { width, height, channels: 3, data };
}

/** Pixels of 16, 24 or 32 bits. */
function readPixels(header: Header, bytes: Uint8Array, stride: number): Picture<Uint8Array> {
  const { width, height, bits, masks, offset } = header;
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift };
  });
  const channels = masks[3] === 0 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  const byteCount = bits / 8;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + rowOf(header, y) * stride + x * byteCount;
      let pixel = 0;
      for (let i = byteCount - 1; i >= 0; i--) pixel = (pixel << 8) | bytes[at + i];
      for (let channel = 0; channel < channels; channel++) {
        const { mask, shift, most } = fields[channel];
        const value = (pixel & mask) >>> shift;
        data[(y * width + x) * channels + channel] = most === 0 ? 0 : Math.round((value * 255) / most);
      }
    }
  }
  return { width, height, channels, data };
}

/**
 * Pairs of a length and a color, or of zero and an escape: 0 ends the row, 1 the picture, 2 moves on, others say how many
 * colors follow. What is not written has color 0.
 */
function readRuns(header: Header, bytes: Uint8Array): Uint8Array {
  const { width, height, compression, offset } = header;
  const indexes = new Uint8Array(width * height);
  const isNibbles = compression === runsOfNibbles;
  let [x, row, at] = [0, 0, offset];
  const put = (index: number): void => {
    if (x < width && row < height) indexes[rowOf(header, row) * width + x] = index;
    x++;
  };
  const color = (byte: number, i: number): number => {
    if (!isNibbles) return byte;
    return i % 2 === 0 ? byte >> 4 : byte & 15;
  };
  while (at + 1 < bytes.length && row < height) {
    const count = bytes[at];
    const value = bytes[at + 1];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(color(value, i));
    else if (value === 0) [x, row] = [0, row + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      row += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) put(color(bytes[at + (isNibbles ? i >> 1 : i)] ?? 0, i));
      const length = isNibbles ? (value + 1) >> 1 : value;
      at += length + (length % 2);
    }
  }
  return indexes;
}
