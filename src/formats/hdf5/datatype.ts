import { FileError } from "../../core/errors.ts";
import { halfValue } from "../half.ts";
import type { FileBytes } from "./reader.ts";

/** What the elements of an array are. */
export type Datatype =
  | { readonly kind: "integer"; readonly size: number; readonly signed: boolean; readonly bigEndian: boolean }
  | { readonly kind: "float"; readonly size: number; readonly bigEndian: boolean }
  | { readonly kind: "text"; readonly size: number }
  | { readonly kind: "variableText"; readonly size: number }
  | { readonly kind: "opaque"; readonly size: number };

const classes = [
  "integer",
  "float",
  "time",
  "text",
  "bit field",
  "opaque",
  "compound",
  "reference",
  "enumeration",
  "variable-length",
  "array",
];

/** Exponent and mantissa bits by size in bytes: half, single and double precision. */
const ieee: Readonly<Record<number, readonly [exponent: number, mantissa: number]>> = {
  2: [5, 10],
  4: [8, 23],
  8: [11, 52],
};

/** @throws FileError for kinds of elements that models do not have, by name. */
export function readDatatype(file: FileBytes, at: number): Datatype {
  const [classAndVersion, bits, moreBits] = file.slice(at, 8);
  const size = file.u32(at + 4);
  const kind = classes[classAndVersion & 15] ?? `class ${classAndVersion & 15}`;
  if (size === 0) throw file.problem(at, "elements of at least 1 byte", "0");
  if (kind === "integer") {
    if (![1, 2, 4, 8].includes(size)) throw file.problem(at, "integers of 1, 2, 4 or 8 bytes", `${size}`);
    return { kind, size, signed: (bits & 8) !== 0, bigEndian: (bits & 1) !== 0 };
  }
  if (kind === "float") {
    const [exponent, mantissa] = [file.u8(at + 13), file.u8(at + 15)];
    const known = ieee[size];
    if (known?.[0] !== exponent || known[1] !== mantissa || bits & 0x40) {
      throw file.problem(at, "IEEE numbers of 2, 4 or 8 bytes", `${size} bytes, ${exponent} of the exponent`);
    }
    return { kind, size, bigEndian: (bits & 1) !== 0 };
  }
  if (kind === "text" || kind === "opaque") return { kind, size };
  if (kind === "enumeration" && (file.u8(at + 8) & 15) === 0) return readDatatype(file, at + 8);
  if (kind === "variable-length" && (bits & 15) === 1 && moreBits <= 1) return { kind: "variableText", size };
  throw file.problem(at, "numbers or text", `elements of kind ${kind}`);
}

function elementReader(type: Datatype, view: DataView): (at: number) => number {
  if (type.kind === "float") {
    const little = !type.bigEndian;
    if (type.size === 2) return (at) => halfValue(view.getUint16(at, little));
    return type.size === 4 ? (at) => view.getFloat32(at, little) : (at) => view.getFloat64(at, little);
  }
  if (type.kind === "integer") {
    const little = !type.bigEndian;
    const { size, signed } = type;
    if (size === 1) return signed ? (at) => view.getInt8(at) : (at) => view.getUint8(at);
    if (size === 2) return signed ? (at) => view.getInt16(at, little) : (at) => view.getUint16(at, little);
    if (size === 4) return signed ? (at) => view.getInt32(at, little) : (at) => view.getUint32(at, little);
    return signed
      ? (at) => Number(view.getBigInt64(at, little))
      : (at) => Number(view.getBigUint64(at, little));
  }
  throw new FileError({ where: "HDF5", expected: "numbers", received: type.kind });
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Elements as single-precision numbers. @param isBfloat16 two bytes an element are the upper half of a number */
export function toFloat32(type: Datatype, bytes: Uint8Array, isBfloat16 = false): Float32Array {
  const count = bytes.length / type.size;
  if (type.kind === "float" && type.size === 4 && !type.bigEndian && isLittleEndian) {
    const copy = new Uint8Array(bytes.length);
    copy.set(bytes);
    return new Float32Array(copy.buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  if (isBfloat16 && type.size === 2) {
    const bits = new Uint32Array(numbers.buffer);
    for (let i = 0; i < count; i++) bits[i] = view.getUint16(i * 2, true) << 16;
    return numbers;
  }
  const read = elementReader(type, view);
  for (let i = 0; i < count; i++) numbers[i] = read(i * type.size);
  return numbers;
}
