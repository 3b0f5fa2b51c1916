/**
 * NumPy's files of arrays: a magic string, a version, the length of a header, the header as a Python literal, the numbers.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { FileError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";

/** Numbers of a file in one of the types this package computes with, row by row. */
export interface NpyArray {
  readonly shape: Shape;
  readonly data: Uint8Array | Int32Array | Float32Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

interface Kind {
  readonly bytes: number;
  readonly result: typeof Uint8Array | typeof Int32Array | typeof Float32Array;
  read(view: DataView, at: number, little: boolean): number;
}

/** By NumPy's letter and size. Whole numbers become bytes or int32, others float32. */
const kinds: Readonly<Record<string, Kind>> = {
  b1: { bytes: 1, result: Uint8Array, read: (view, at) => view.getUint8(at) },
  u1: { bytes: 1, result: Uint8Array, read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, result: Int32Array, read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, result: Int32Array, read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, result: Int32Array, read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, result: Int32Array, read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, result: Int32Array, read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, result: Int32Array, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, result: Int32Array, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { bytes: 2, result: Float32Array, read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, result: Float32Array, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, result: Float32Array, read: (view, at, little) => view.getFloat64(at, little) },
};

/** A number of 16 bits: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

const headerPattern =
  /^\{\s*'descr':\s*(?:'([^']*)'|(\[.*\])),\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d\s,]*)\),?\s*\}\s*$/;

/**
 * Reads an array of NumPy: whole numbers, floats and truth values, in any byte order, also column by column.
 *
 * @param where name of the file, for errors
 * @throws FileError naming what is wrong, before anything is allocated. Nothing in the file is evaluated: arrays of Python
 * objects, of strings, and complex numbers are refused.
 * @example
 * const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
 * const head = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0);
 * const bytes = Uint8Array.of(...head, ...new TextEncoder().encode(header), 7, 9);
 * console.log(readNpy(bytes, "two.npy").data); // 7, 9
 */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const problem = (expected: string, received: string): FileError =>
    new FileError({ where, expected, received });
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw problem("an array of NumPy", bytes.length === 0 ? "an empty file" : "another beginning");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (![1, 2, 3].includes(version)) throw problem("version 1, 2 or 3", String(version));
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw problem("a header", `the end after ${bytes.length} bytes`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const offset = start + headerBytes;
  if (offset > bytes.length || headerBytes > 65536) {
    throw problem(`a header of ${headerBytes} bytes`, `the end after ${bytes.length - start}`);
  }
  const header = new TextDecoder().decode(bytes.subarray(start, offset));
  const [, descr, fields, order, shapeText] = headerPattern.exec(header) ?? [];
  if (shapeText === undefined) throw problem("descr, fortran_order and shape", header.trim().slice(0, 80));
  const kind = descr === undefined ? undefined : kinds[descr.slice(1)];
  if (!kind || !"<>|=".includes(descr[0]) || !Object.hasOwn(kinds, descr.slice(1))) {
    throw problem("whole numbers, floats or truth values", `dtype ${fields ?? JSON.stringify(descr)}`);
  }
  const shape = shapeText.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (length * kind.bytes !== bytes.length - offset) {
    throw problem(
      `${length * kind.bytes} bytes of numbers ${formatShape(shape)}`,
      `${bytes.length - offset}`,
    );
  }
  const data = numbersOf(where, kind, view, offset, length, descr[0] !== ">");
  return { shape, data: order === "True" ? rowByRow(data, shape) : data };
}

function numbersOf(
  where: string,
  { bytes, result, read }: Kind,
  view: DataView,
  offset: number,
  length: number,
  little: boolean,
): NpyArray["data"] {
  const data = new result(length);
  for (let i = 0; i < length; i++) {
    const value = read(view, offset + i * bytes, little);
    data[i] = value;
    if (data instanceof Int32Array && data[i] !== value) {
      throw new FileError({
        where: `${where}, element ${i}`,
        expected: "a whole number of 32 bits",
        received: String(value),
      });
    }
  }
  return data;
}

/** From the first axis running fastest to the last one. */
function rowByRow<Data extends NpyArray["data"]>(data: Data, shape: Shape): Data {
  const result = data.slice() as Data;
  const axes = shape.map(Number);
  const place = axes.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    let at = 0;
    for (let axis = axes.length - 1; axis >= 0; axis--) at = at * axes[axis] + place[axis];
    result[i] = data[at];
    for (let axis = axes.length - 1; axis >= 0 && ++place[axis] === axes[axis]; axis--) place[axis] = 0;
  }
  return result;
}
