import type { FileBuilder } from "./file-builder.ts";
import { dataspace, datatypes } from "./write-dataset.ts";
import type { MessageContent } from "./write-object-header.ts";

/**
 * What an attribute is to hold: one text, as `str` (UTF-8) or `bytes` (ASCII) of Python, or a list of texts, as NumPy
 * keeps `bytes`.
 */
export type AttributeContent =
  | { readonly kind: "text"; readonly text: string; readonly isBytes?: boolean }
  | { readonly kind: "list"; readonly texts: readonly string[] };

/** The message of an attribute; long texts go to the file's global heap. */
export function writeAttribute(file: FileBuilder, name: string, content: AttributeContent): MessageContent {
  const { type, space, data } = content.kind === "text" ? oneText(file, content) : listOfTexts(content.texts);
  const encoded = new TextEncoder().encode(`${name}\0`);
  const padded = (size: number): number => Math.ceil(size / 8) * 8;
  const sizes = [encoded.length, type.length, space.length];
  const bytes = new Uint8Array(8 + sizes.reduce((sum, size) => sum + padded(size), 0) + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  for (const [i, size] of sizes.entries()) view.setUint16(2 + 2 * i, size, true);
  let at = 8;
  for (const part of [encoded, type, space]) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  bytes.set(data, at);
  return { type: 0x0c, data: bytes };
}

interface Parts {
  readonly type: Uint8Array;
  readonly space: Uint8Array;
  readonly data: Uint8Array;
}

function oneText(file: FileBuilder, { text, isBytes = false }: { text: string; isBytes?: boolean }): Parts {
  const bytes = new TextEncoder().encode(text);
  const data = new DataView(new ArrayBuffer(16));
  data.setUint32(0, bytes.length, true);
  data.setBigUint64(4, BigInt(file.add(heapCollection(bytes))), true);
  data.setUint32(12, 1, true);
  return {
    type: datatypes.variableText(!isBytes),
    space: dataspace([]),
    data: new Uint8Array(data.buffer),
  };
}

const leastCollectionBytes = 4096;

/** A collection of the global heap with one object, number 1, and the free space behind it, number 0. */
function heapCollection(content: Uint8Array): Uint8Array {
  const used = 16 + 16 + Math.ceil(content.length / 8) * 8;
  const size = Math.max(leastCollectionBytes, used + 16);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x43, 0x4f, 0x4c, 1]);
  view.setBigUint64(8, BigInt(size), true);
  view.setUint16(16, 1, true);
  view.setUint16(18, 1, true);
  view.setBigUint64(24, BigInt(content.length), true);
  bytes.set(content, 32);
  view.setBigUint64(used + 8, BigInt(size - used), true);
  return bytes;
}

function listOfTexts(texts: readonly string[]): Parts {
  /* NumPy's empty list has no texts whose length it could know: it is one of float64. */
  if (texts.length === 0) return { type: datatypes.float64, space: dataspace([0]), data: new Uint8Array(0) };
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const size = Math.max(1, ...encoded.map(({ length }) => length));
  const data = new Uint8Array(size * texts.length);
  for (const [i, bytes] of encoded.entries()) data.set(bytes, i * size);
  return { type: datatypes.text(size), space: dataspace([texts.length]), data };
}
