import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConvNetError } from "../../core/errors.ts";
import { readModel, writeModel } from "./model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const file = {
  tensors: [
    { name: "dense/kernel", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: "scalar", shape: [], data: Float32Array.of(0.5) },
    { name: "empty", shape: [0, 4], data: new Float32Array(0) },
  ],
  metadata: { format: "test", ключ: "значение" },
};

/** A file with any header and data. */
function made(header: unknown, data: number[] = [], declared?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, declared ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (shape: unknown, offsets: unknown, dtype = "F32") => ({ dtype, shape, data_offsets: offsets });

describe("safetensors", () => {
  test("what is written is read back, aligned", () => {
    const bytes = writeSafetensors(file);
    expect(readSafetensors(bytes, "a")).toEqual(file);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  test("bytes at an odd place in a larger buffer are read too", () => {
    const bytes = writeSafetensors(file);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readSafetensors(shifted.subarray(3), "a")).toEqual(file);
  });

  test.runIf(globalThis.Buffer)("a Buffer of Node is read, and the arrays are copies", () => {
    const shared = Buffer.concat([Buffer.alloc(3), writeSafetensors(file)]).subarray(3);
    const read = readSafetensors(shared, "a");
    shared.fill(0);
    expect(read).toEqual(file);
  });

  test.each([
    { name: "no length", bytes: new Uint8Array(7), message: "byte 0: expected a header length of 8 bytes" },
    {
      name: "a header longer than the file",
      bytes: made({}, [], 100n),
      message: "byte 0: expected a header of at most 2 bytes, got 100",
    },
    {
      name: "a header of 2⁶³ bytes",
      bytes: made({}, [], 2n ** 63n),
      message: "byte 0: expected a header of at most",
    },
    { name: "no JSON", bytes: made("{nope"), message: "byte 8: expected a JSON object as header" },
    {
      name: "JSON that is no object",
      bytes: made("[1]"),
      message: "byte 8: expected a JSON object as header",
    },
    { name: "text that is no UTF-8", bytes: made("", [0xff]).fill(0xff, 8), message: "byte" },
    {
      name: "another number type",
      bytes: made({ a: entry([1], [0, 8], "F64") }, new Array(8).fill(0)),
      message: 'array "a": expected dtype F32, got F64',
    },
    {
      name: "a negative size",
      bytes: made({ a: entry([-1], [0, 4]) }, [0, 0, 0, 0]),
      message: 'array "a": expected a shape of whole numbers',
    },
    {
      name: "a shape that overflows",
      bytes: made({ a: entry([2 ** 40, 2 ** 40], [0, 4]) }, [0, 0, 0, 0]),
      message: 'array "a": expected a shape of whole numbers',
    },
    {
      name: "one offset",
      bytes: made({ a: entry([1], [0]) }, [0, 0, 0, 0]),
      message: 'array "a": expected two data_offsets',
    },
    {
      name: "offsets that do not match the shape",
      bytes: made({ a: entry([2], [0, 4]) }, [0, 0, 0, 0]),
      message: 'array "a": expected 8 bytes for [2], got 4',
    },
    {
      name: "a hole",
      bytes: made({ a: entry([1], [4, 8]) }, new Array(8).fill(0)),
      message: 'array "a": expected to begin at byte 0',
    },
    {
      name: "an overlap",
      bytes: made({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, [0, 0, 0, 0]),
      message: 'array "b": expected to begin at byte 4',
    },
    {
      name: "data that are missing",
      bytes: made({ a: entry([2], [0, 8]) }, [0, 0, 0, 0]),
      message: "data: expected 8 bytes, as the header says, got 4",
    },
    { name: "data that nobody claims", bytes: made({}, [1, 2]), message: "data: expected 0 bytes" },
    {
      name: "metadata that are no texts",
      bytes: made({ __metadata__: { a: 1 } }),
      message: "__metadata__: expected names with texts",
    },
    { name: "an array that is nothing", bytes: made({ a: null }), message: 'array "a": expected dtype F32' },
  ])("refuses $name", ({ bytes, message }) => {
    expect(() => readSafetensors(bytes, "m.safetensors")).toThrow(`m.safetensors, ${message}`);
  });

  test("damaged files are read or refused with our own error, never anything else", () => {
    const good = writeModel({
      name: "m",
      spec: { layers: [{ type: "dense", units: 3 }] },
      weights: file.tensors,
    });
    const damage = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(damage, fc.nat({ max: good.length }), (changes, length) => {
        const bytes = good.slice(0, changes.length % 2 === 0 ? length : good.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          readModel(bytes, "m");
        } catch (error) {
          if (!(error instanceof ConvNetError)) throw error;
        }
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("a file of somebody else is no model, and a later version is refused by name", () => {
    expect(() => readModel(writeSafetensors(file), "a")).toThrow(
      'a, __metadata__: expected format "convnet", got "test".',
    );
    const later = writeSafetensors({ tensors: [], metadata: { format: "convnet", version: "2" } });
    expect(() => readModel(later, "a")).toThrow('a, __metadata__: expected version 1, got "2".');
  });
});
