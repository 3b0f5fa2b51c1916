import type { Shape } from "../../core/shape.ts";
import type { MessageContent } from "./write-object-header.ts";

/** Bytes of a number of each type of the messages below. */
const littleEndianFloat32 = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
const littleEndianFloat64 = [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];
const littleEndianInt64 = [0x10, 0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0];

/** Types of elements as messages describe them. */
export const datatypes = {
  float32: Uint8Array.from(littleEndianFloat32),
  float64: Uint8Array.from(littleEndianFloat64),
  int64: Uint8Array.from(littleEndianInt64),
  /** Text of so many bytes, filled up with zeros. */
  text: (size: number): Uint8Array =>
    Uint8Array.of(0x13, 0x01, 0, 0, size & 255, (size >> 8) & 255, size >> 16, 0),
  /** Text of any length, in the global heap. @param isUtf8 else ASCII */
  variableText: (isUtf8: boolean): Uint8Array =>
    Uint8Array.from([0x19, 0x01, isUtf8 ? 1 : 0, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]),
};

/** A shape as a message describes it. */
export function dataspace(shape: Shape): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + 8 * shape.length));
  view.setUint8(0, 1);
  view.setUint8(1, shape.length);
  for (const [axis, length] of shape.entries()) view.setBigUint64(8 + axis * 8, BigInt(length), true);
  return new Uint8Array(view.buffer);
}

/** What the header of an array says: shape, type, what stands where nothing was written, and where the numbers are. */
export function arrayMessages(
  shape: Shape,
  isInt64: boolean,
  address: bigint,
  byteLength: number,
): MessageContent[] {
  const layout = new DataView(new ArrayBuffer(18));
  layout.setUint8(0, 3);
  layout.setUint8(1, 1);
  layout.setBigUint64(2, address, true);
  layout.setBigUint64(10, BigInt(byteLength), true);
  return [
    { type: 0x01, data: dataspace(shape) },
    { type: 0x03, flags: 1, data: isInt64 ? datatypes.int64 : datatypes.float32 },
    { type: 0x05, data: Uint8Array.of(2, 2, 2, 1, 0, 0, 0, 0) },
    { type: 0x08, data: new Uint8Array(layout.buffer) },
  ];
}
