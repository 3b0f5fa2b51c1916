import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { halfValue } from "../half.ts";
import { type Config, isObject, refusal, requireList, requireText } from "../keras/refuse.ts";
import type { SavedArray } from "../saved-model.ts";

/** Bytes of a number of each type that shards hold. */
const bytesOf: ReadonlyMap<string, number> = new Map([
  ["float32", 4],
  ["int32", 4],
  ["float16", 2],
  ["uint16", 2],
  ["uint8", 1],
  ["bool", 1],
]);

const mostBytes = 2 ** 31;

interface Entry {
  readonly name: string;
  readonly shape: Shape;
  /** As it lies in the shards. */
  readonly stored: string;
  readonly scale: number;
  readonly min: number;
}

function readEntry(where: string, value: unknown): Entry & { readonly isOptimizer: boolean } {
  const entry = isObject(value) ? value : {};
  const name = requireText(`${where}, name`, entry.name);
  const place = `${where} "${name}"`;
  const shape = requireList(`${place}, shape`, entry.shape) as Shape;
  const isShape = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape || !(sizeOf(shape) * 4 <= mostBytes))
    throw refusal(`${place}, shape`, "a shape of whole numbers", shape);
  const quantization: Config = isObject(entry.quantization) ? entry.quantization : {};
  const { dtype = entry.dtype, scale = 1, min = 0 } = quantization;
  const stored = requireText(`${place}, dtype`, dtype);
  if (!bytesOf.has(stored)) throw refusal(`${place}, dtype`, [...bytesOf.keys()].join(", "), stored);
  if (typeof scale !== "number" || typeof min !== "number")
    throw refusal(`${place}, quantization`, "numbers as scale and min", quantization);
  return { name, shape, stored, scale, min, isOptimizer: entry.group === "optimizer" };
}

function decode({ stored, scale, min }: Entry, view: DataView, count: number): Float32Array {
  const readers: Readonly<Record<string, (i: number) => number>> = {
    float32: (i) => view.getFloat32(i * 4, true),
    int32: (i) => view.getInt32(i * 4, true),
    float16: (i) => halfValue(view.getUint16(i * 2, true)),
    uint16: (i) => view.getUint16(i * 2, true) * scale + min,
    uint8: (i) => view.getUint8(i) * scale + min,
    bool: (i) => view.getUint8(i),
  };
  return Float32Array.from({ length: count }, (_, i) => readers[stored](i));
}

/**
 * The weights of a manifest, in its order, from files of the same folder.
 *
 * @param beside reads such a file
 */
export async function readManifest(
  where: string,
  manifest: unknown,
  beside: (name: string) => Promise<Uint8Array>,
): Promise<SavedArray[]> {
  const arrays: SavedArray[] = [];
  for (const [i, value] of requireList(where, manifest).entries()) {
    const place = `${where}[${i}]`;
    const group = isObject(value) ? value : {};
    const entries = requireList(`${place}, weights`, group.weights).map((entry, j) =>
      readEntry(`${place}, weights[${j}]`, entry),
    );
    const names = requireList(`${place}, paths`, group.paths).map((name) =>
      requireText(`${place}, paths`, name),
    );
    const needed = entries.reduce(
      (sum, { shape, stored }) => sum + sizeOf(shape) * (bytesOf.get(stored) ?? 0),
      0,
    );
    const parts: Uint8Array[] = [];
    for (const name of names) parts.push(await beside(name));
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length !== needed) throw refusal(`${place}, ${names.join(", ")}`, `${needed} bytes`, `${length}`);
    const bytes = joined(parts, length);
    let at = 0;
    for (const entry of entries) {
      const count = sizeOf(entry.shape);
      const size = count * (bytesOf.get(entry.stored) ?? 0);
      const data = decode(entry, new DataView(bytes.buffer, bytes.byteOffset + at, size), count);
      at += size;
      if (!entry.isOptimizer) arrays.push({ name: entry.name, shape: entry.shape, data });
    }
  }
  return arrays;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const shardBytes = 4 * 2 ** 20;

/**
 * Weights as shards of 4 MiB and the manifest that says what they hold. Names carry a checksum: a new model does not write
 * over the shards that the file of an old one still points to.
 */
export function writeManifest(weights: readonly SavedArray[]): {
  manifest: unknown;
  shards: { name: string; bytes: Uint8Array }[];
} {
  const total = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const { data } of weights) {
    all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const count = Math.max(1, Math.ceil(total / shardBytes));
  const shards = Array.from({ length: count }, (_, i) => {
    const bytes = all.subarray(i * shardBytes, (i + 1) * shardBytes);
    return { name: `group1-shard${i + 1}of${count}-${checksum(bytes)}.bin`, bytes };
  });
  const entries = weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  return { manifest: [{ paths: shards.map(({ name }) => name), weights: entries }], shards };
}

/** FNV-1a, 32 bits. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** What a manifest's array is called in errors. */
export function describeArray({ name, shape }: SavedArray): string {
  return `${name} ${formatShape(shape)}`;
}
