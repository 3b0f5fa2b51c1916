import { Inflate } from "fflate";
import { readLeaves } from "./b-tree.ts";
import type { Datatype } from "./datatype.ts";
import { type Message, messageTypes } from "./object-header.ts";
import { type FileBytes, nowhere } from "./reader.ts";

/** Numbers of a model in a file that is not compressed are as large as they say: no more of them than this. */
const mostBytes = 2 ** 31;
/** Beyond this size, compressed numbers may not grow more than `mostGrowth` times. */
const freeBytes = 2 ** 24;
const mostGrowth = 100;

interface Filter {
  readonly id: number;
  /** Bytes of an element, for `shuffle`. */
  readonly parameter: number;
}

const filterNames: Readonly<Record<number, string>> = {
  4: "szip",
  5: "nbit",
  6: "scale-offset",
  307: "bzip2",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32015: "zstd",
};

/** The bytes of a data set, row-major. @param place what errors call it */
export function readData(
  file: FileBytes,
  messages: readonly Message[],
  type: Datatype,
  shape: readonly number[],
  place: string,
): Uint8Array {
  const refuse = (expected: string, received: string) =>
    file.problem(messages[0].at, expected, `${received} in "${place}"`);
  if (messages.some((message) => message.type === messageTypes.externalFiles)) {
    throw refuse("numbers in the file itself", "external storage, in another file,");
  }
  const layout = messages.find((message) => message.type === messageTypes.layout);
  if (!layout) throw refuse("a layout", "none");
  const size = shape.reduce((product, length) => product * length, type.size);
  if (size > mostBytes) throw refuse("at most 2 GiB", `${size} bytes`);
  if (size === 0) return new Uint8Array(0);
  const { at } = layout;
  const version = file.version(at, 3, 4);
  const kind = file.u8(at + 1);
  if (kind === 3) throw refuse("numbers in the file itself", "a virtual data set");
  if (kind === 0) {
    if (file.u16(at + 2) < size) throw refuse(`${size} bytes`, `${file.u16(at + 2)}`);
    return file.slice(at + 4, size);
  }
  if (kind === 1) {
    const address = file.address(at + 2);
    if (address === nowhere) throw refuse("numbers", "none that were ever written");
    const stored = file.length(at + 2 + file.offsetSize);
    if (stored < size) throw refuse(`${size} bytes`, `${stored}`);
    return file.slice(address, size);
  }
  if (kind !== 2) throw refuse("a contiguous, compact or chunked layout", `class ${kind}`);
  const filters = readFilters(file, messages);
  const unknown = filters.find(({ id }) => ![1, 2, 3].includes(id));
  if (unknown) {
    const name = filterNames[unknown.id] ?? `number ${unknown.id}`;
    throw refuse("the filters gzip, shuffle and fletcher32", `the filter ${name}`);
  }
  if (size > freeBytes && size > mostGrowth * file.bytes.length) {
    throw refuse(`a data set at most ${mostGrowth} times as large as the file`, `${size} bytes`);
  }
  const chunks =
    version === 3 ? oldChunks(file, at, shape.length) : singleChunk(file, at, shape, type.size, refuse);
  return assemble(file, chunks, filters, type.size, shape, refuse);
}

type Refuse = (expected: string, received: string) => Error;

interface Chunk {
  readonly address: number;
  readonly size: number;
  /** Bit i: filter i was left out. */
  readonly mask: number;
  readonly start: readonly number[];
}

interface Chunks {
  readonly shape: readonly number[];
  readonly list: readonly Chunk[];
}

function oldChunks(file: FileBytes, at: number, rank: number): Chunks {
  const tree = file.address(at + 3);
  const lengths = at + 3 + file.offsetSize;
  if (file.u8(at + 2) !== rank + 1)
    throw file.problem(at, `chunks of rank ${rank}`, `${file.u8(at + 2) - 1}`);
  const shape = Array.from({ length: rank }, (_, axis) => file.u32(lengths + axis * 4));
  if (tree === nowhere) return { shape, list: [] };
  const list = readLeaves(file, tree, 1, 8 + 8 * (rank + 1)).map(({ key, child }) => ({
    address: child,
    size: file.u32(key),
    mask: file.u32(key + 4),
    start: shape.map((_, axis) => file.uint(key + 8 + axis * 8, 8)),
  }));
  return { shape, list };
}

/** Of the newer ways to find chunks, the one of data sets that are a single chunk. */
function singleChunk(
  file: FileBytes,
  at: number,
  shape: readonly number[],
  elementBytes: number,
  refuse: Refuse,
): Chunks {
  const flags = file.u8(at + 2);
  const lengthBytes = file.u8(at + 4);
  const kindAt = at + 5 + (shape.length + 1) * lengthBytes;
  if (file.u8(at + 3) !== shape.length + 1 || file.u8(kindAt) !== 1) {
    throw refuse(
      "a single chunk, or chunks in a tree of the first version",
      `chunk index ${file.u8(kindAt)}`,
    );
  }
  const isFiltered = (flags & 2) !== 0;
  const chunkShape = shape.map((_, axis) => file.uint(at + 5 + axis * lengthBytes, lengthBytes));
  const whole = chunkShape.reduce((product, length) => product * length, elementBytes);
  const next = kindAt + 1;
  const chunk = {
    size: isFiltered ? file.length(next) : whole,
    mask: isFiltered ? file.u32(next + file.lengthSize) : 0,
    address: file.address(isFiltered ? next + file.lengthSize + 4 : next),
    start: shape.map(() => 0),
  };
  return { shape: chunkShape, list: [chunk] };
}

function readFilters(file: FileBytes, messages: readonly Message[]): Filter[] {
  const message = messages.find(({ type }) => type === messageTypes.filters);
  if (!message) return [];
  const version = file.version(message.at, 1, 2);
  const count = file.u8(message.at + 1);
  let at = message.at + (version === 1 ? 8 : 2);
  return Array.from({ length: count }, () => {
    const id = file.u16(at);
    const hasName = version === 1 || id >= 256;
    const nameBytes = hasName ? file.u16(at + 2) : 0;
    const rest = at + (hasName ? 4 : 2);
    const parameters = file.u16(rest + 2);
    const parametersAt = rest + 4 + (version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const parameter = parameters > 0 ? file.u32(parametersAt) : 0;
    at = parametersAt + 4 * (version === 1 ? parameters + (parameters % 2) : parameters);
    return { id, parameter };
  });
}

/** Puts chunks together; those that reach beyond the array are cut. */
function assemble(
  file: FileBytes,
  chunks: Chunks,
  filters: readonly Filter[],
  elementBytes: number,
  shape: readonly number[],
  refuse: Refuse,
): Uint8Array {
  const chunkBytes = chunks.shape.reduce((product, length) => product * length, elementBytes);
  const counts = chunks.shape.map((length, axis) => Math.ceil(shape[axis] / length));
  const needed = counts.reduce((product, count) => product * count, 1);
  if (!(chunkBytes > 0 && chunkBytes <= mostBytes) || chunks.list.length !== needed) {
    throw refuse(`${needed} chunks`, `${chunks.list.length} chunks of ${chunkBytes} bytes`);
  }
  if (needed * chunkBytes > freeBytes && needed * chunkBytes > mostGrowth * file.bytes.length) {
    throw refuse(`chunks at most ${mostGrowth} times as large as the file`, `${needed * chunkBytes} bytes`);
  }
  const output = new Uint8Array(shape.reduce((product, length) => product * length, elementBytes));
  for (const { address, size, mask, start } of chunks.list) {
    let bytes = file.slice(address, size);
    for (let i = filters.length - 1; i >= 0; i--) {
      if (mask & (1 << i)) continue;
      const { id, parameter } = filters[i];
      if (id === 1) bytes = inflateTo(bytes, chunkBytes + 4, refuse);
      else if (id === 2) bytes = unshuffle(bytes, parameter || elementBytes);
      else bytes = bytes.subarray(0, bytes.length - 4);
    }
    if (bytes.length !== chunkBytes) throw refuse(`a chunk of ${chunkBytes} bytes`, `${bytes.length}`);
    copyChunk(bytes, chunks.shape, start, output, shape, elementBytes);
  }
  return output;
}

/** Inflates a zlib stream to no more than `most` bytes. */
function inflateTo(bytes: Uint8Array, most: number, refuse: Refuse): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((part) => {
    parts.push(part);
    length += part.length;
    if (length > most) throw refuse(`at most ${most} bytes`, "more");
  });
  try {
    /* Two bytes of zlib's header before, four of its checksum behind; in pieces, so that no piece grows too far. */
    const end = bytes.length - 4;
    for (let at = 2; at < end; at += 65536)
      stream.push(bytes.subarray(at, Math.min(end, at + 65536)), at + 65536 >= end);
  } catch (error) {
    if (length > most) throw error;
    throw refuse("compressed numbers", (error as Error).message);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Byte i of every element stood together. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const output = bytes.slice();
  for (let i = 0; i < count; i++)
    for (let byte = 0; byte < elementBytes; byte++) output[i * elementBytes + byte] = bytes[byte * count + i];
  return output;
}

function copyChunk(
  bytes: Uint8Array,
  chunk: readonly number[],
  start: readonly number[],
  output: Uint8Array,
  shape: readonly number[],
  elementBytes: number,
): void {
  const visit = (axis: number, from: number, to: number): void => {
    const length = Math.max(0, Math.min(chunk[axis], shape[axis] - start[axis]));
    if (axis === shape.length - 1) {
      const first = (to * shape[axis] + start[axis]) * elementBytes;
      const source = from * chunk[axis] * elementBytes;
      output.set(bytes.subarray(source, source + length * elementBytes), first);
      return;
    }
    for (let i = 0; i < length; i++)
      visit(axis + 1, from * chunk[axis] + i, to * shape[axis] + start[axis] + i);
  };
  visit(0, 0, 0);
}
