/**
 * The safetensors format: eight bytes of header length, a JSON header, then the arrays without gaps.
 *
 * Files come from strangers: every size is checked against the file before anything is made of it, and the rules are
 * those of the reference implementation.
 *
 * @see https://github.com/huggingface/safetensors
 */
import { FileError } from "../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";

const lengthBytes = 8;
const mostHeaderBytes = 100_000_000;

export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

export function writeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  /* Spaces at the end of the header align the arrays to eight bytes. */
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(lengthBytes + headerLength + offset).fill(
    0x20,
    lengthBytes,
    lengthBytes + headerLength,
  );
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  file.set(json, lengthBytes);
  let at = lengthBytes + headerLength;
  for (const { data } of tensors) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return file;
}

interface Entry {
  readonly name: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/** @throws FileError naming the place in the file and what is wrong there. */
export function readSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const problem = (place: string, expected: string, received: string) =>
    new FileError({ where: `${where}, ${place}`, expected, received });
  if (bytes.length < lengthBytes)
    throw problem("byte 0", "a header length of 8 bytes", `a file of ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  const room = bytes.length - lengthBytes;
  if (declared > BigInt(Math.min(mostHeaderBytes, room))) {
    throw problem("byte 0", `a header of at most ${Math.min(mostHeaderBytes, room)} bytes`, String(declared));
  }
  const headerLength = Number(declared);
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(
      bytes.subarray(lengthBytes, lengthBytes + headerLength),
    );
    header = text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch {
    header = undefined;
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw problem("byte 8", "a JSON object as header", "something else");
  }
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") metadata = readMetadata(value, problem);
    else entries.push(readEntry(name, value, problem));
  }
  /* Not subarray: `slice` of Node's Buffer, which is a Uint8Array too, would not copy. */
  const start = bytes.byteOffset + lengthBytes + headerLength;
  const data = new Uint8Array(bytes.buffer, start, bytes.length - lengthBytes - headerLength);
  checkLayout(entries, data.length, problem);
  const tensors = entries.map(({ name, shape, begin, end }) => ({
    name,
    shape,
    data: new Float32Array(data.slice(begin, end).buffer),
  }));
  return { tensors, metadata };
}

type Problem = (place: string, expected: string, received: string) => FileError;

function readMetadata(value: unknown, problem: Problem): Record<string, string> {
  const isMap =
    typeof value === "object" && value !== null && Object.values(value).every((v) => typeof v === "string");
  if (!isMap)
    throw problem("__metadata__", "names with texts", JSON.stringify(value)?.slice(0, 80) ?? "nothing");
  return Object.fromEntries(Object.entries(value as Record<string, string>));
}

function readEntry(name: string, value: unknown, problem: Problem): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const isSize = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  const place = `array "${name}"`;
  if (dtype !== "F32") throw problem(place, "dtype F32", String(dtype));
  if (!Array.isArray(shape) || !shape.every(isSize) || !Number.isSafeInteger(sizeOf(shape) * 4)) {
    throw problem(place, "a shape of whole numbers", JSON.stringify(shape)?.slice(0, 80) ?? "nothing");
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw problem(place, "two data_offsets", JSON.stringify(offsets)?.slice(0, 80) ?? "nothing");
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== sizeOf(shape) * 4) {
    throw problem(place, `${sizeOf(shape) * 4} bytes for ${formatShape(shape)}`, `${end - begin}`);
  }
  return { name, shape, begin, end };
}

/** Arrays must follow each other without holes or overlaps and fill the file. */
function checkLayout(entries: readonly Entry[], byteLength: number, problem: Problem): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw problem(`array "${name}"`, `to begin at byte ${at} of the data`, String(begin));
    at = end;
  }
  if (at !== byteLength) throw problem("data", `${at} bytes, as the header says`, String(byteLength));
}
