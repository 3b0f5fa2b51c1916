import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readDamaged } from "../../../test/mutations.ts";
import { FileError } from "../../core/errors.ts";
import { readNpy } from "./read-npy.ts";
import { npzDatasets, readNpz } from "./read-npz.ts";

/** A file of NumPy. */
function npy(
  descr: string,
  shape: string,
  numbers: ArrayLike<number>,
  { fortran = "False", version = 1 } = {},
) {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const start = version === 1 ? 10 : 12;
  const header = new TextEncoder().encode(
    `${text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1)}\n`,
  );
  const bytes = new Uint8Array(start + header.length + numbers.length);
  bytes.set([0x93, 78, 85, 77, 80, 89, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(header, start);
  bytes.set(numbers, start + header.length);
  return bytes;
}

/** Numbers as bytes. */
function raw(write: (view: DataView, at: number, value: number) => void, size: number, ...values: number[]) {
  const view = new DataView(new ArrayBuffer(size * values.length));
  for (const [i, value] of values.entries()) write(view, i * size, value);
  return new Uint8Array(view.buffer);
}

describe("readNpy", () => {
  it.each([
    ["bytes", npy("'|u1'", "(2, 2)", [1, 2, 3, 255]), Uint8Array.of(1, 2, 3, 255)],
    ["truth values", npy("'|b1'", "(2, 2)", [1, 0, 0, 1]), Uint8Array.of(1, 0, 0, 1)],
    ["signed bytes", npy("'|i1'", "(2, 2)", [255, 0, 1, 128]), Int32Array.of(-1, 0, 1, -128)],
    [
      "int64",
      npy(
        "'<i8'",
        "(2, 2)",
        raw((v, at, n) => v.setBigInt64(at, BigInt(n), true), 8, 5, -6, 7, 8),
      ),
      Int32Array.of(5, -6, 7, 8),
    ],
    [
      "int16, big-endian",
      npy(
        "'>i2'",
        "(2, 2)",
        raw((v, at, n) => v.setInt16(at, n), 2, 300, -2, 3, 4),
      ),
      Int32Array.of(300, -2, 3, 4),
    ],
    [
      "float32, version 2",
      npy(
        "'<f4'",
        "(2, 2)",
        raw((v, at, n) => v.setFloat32(at, n, true), 4, 0.5, -1, 2, 3),
        { version: 2 },
      ),
      Float32Array.of(0.5, -1, 2, 3),
    ],
    [
      "float64, big-endian, version 3",
      npy(
        "'>f8'",
        "(2, 2)",
        raw((v, at, n) => v.setFloat64(at, n), 8, 0.1, -1, 2, 3),
        { version: 3 },
      ),
      Float32Array.of(0.1, -1, 2, 3),
    ],
    [
      "float16",
      /* 1, -2, 0.5, the smallest: 2⁻²⁴ */
      npy(
        "'<f2'",
        "(2, 2)",
        raw((v, at, n) => v.setUint16(at, n, true), 2, 0x3c00, 0xc000, 0x3800, 1),
      ),
      Float32Array.of(1, -2, 0.5, 2 ** -24),
    ],
    ["columns first", npy("'|u1'", "(2, 2)", [1, 3, 2, 4], { fortran: "True" }), Uint8Array.of(1, 2, 3, 4)],
  ])("reads %s", (_name, bytes, data) => {
    expect(readNpy(bytes, "a")).toEqual({ shape: [2, 2], data });
  });

  it("turns columns of three axes into rows", () => {
    /* a[i, j, k] = 100 i + 10 j + k, with i running fastest. */
    const columns = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121];
    const { data } = readNpy(npy("'|u1'", "(2, 3, 2)", columns, { fortran: "True" }), "a");
    expect([...data]).toEqual([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]);
  });

  it.each([
    ["objects", npy("'|O'", "(1,)", [0]), 'dtype "|O"'],
    ["complex numbers", npy("'<c8'", "(1,)", new Uint8Array(8)), 'dtype "<c8"'],
    ["strings", npy("'<U3'", "(1,)", new Uint8Array(12)), 'dtype "<U3"'],
    ["names of objects", npy("'|constructor'", "(1,)", [0]), "dtype"],
    ["structures", npy("[('a', '<f4')]", "(1,)", new Uint8Array(4)), "dtype [('a', '<f4')]"],
    ["code", npy("__import__('os').system('x')", "(1,)", [0]), "descr, fortran_order and shape"],
    ["negative axes", npy("'|u1'", "(-1,)", [0]), "descr, fortran_order and shape"],
    ["axes that overflow", npy("'|u1'", "(4294967296, 4294967296)", [0]), "bytes of numbers"],
    ["too few numbers", npy("'<f4'", "(2,)", [0, 0, 0, 0]), "8 bytes of numbers [2], got 4"],
    ["too many", npy("'|u1'", "(1,)", [0, 0]), "1 bytes of numbers [1], got 2"],
    ["a header that is cut off", npy("'|u1'", "(1,)", [0]).subarray(0, 30), "a header of"],
    ["another file", Uint8Array.of(1, 2, 3), "an array of NumPy, got another beginning"],
    [
      "numbers of more than 32 bits",
      npy(
        "'<i8'",
        "(1,)",
        raw((v, at, n) => v.setBigInt64(at, BigInt(n), true), 8, 2 ** 40),
      ),
      "a whole number of 32 bits, got 1099511627776",
    ],
  ])("refuses %s", (_name, bytes, message) => {
    expect(() => readNpy(bytes, "a.npy")).toThrow(FileError);
    expect(() => readNpy(bytes, "a.npy")).toThrow(message);
  });

  it("reads damaged files or says so", async () => {
    const good = [npy("'|u1'", "(2, 2)", [1, 2, 3, 4]), npy("'<f4'", "(1,)", [0, 0, 0, 0], { version: 2 })];
    expect(await readDamaged(good, (bytes) => readNpy(bytes, "a"))).toBeGreaterThan(1000);
  });
});

describe("npz", () => {
  const x = npy(
    "'|u1'",
    "(3, 2, 2)",
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  const y = npy("'|u1'", "(3,)", [0, 1, 2]);

  it("gives the arrays by name, and pairs of them as data sets", async () => {
    const file = zipSync({ "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y });
    expect(Object.keys(await readNpz(file, "a"))).toEqual(["x_train", "y_train", "x_test", "y_test"]);
    const { train, test } = await npzDatasets(file, "a");
    expect(train).toMatchObject({ length: 3, sampleShape: [2, 2, 1] });
    expect([...(test?.y ?? [])]).toEqual([0, 1, 2]);
    expect((await npzDatasets(zipSync({ "x.npy": x, "y.npy": y }), "a")).test).toBeUndefined();
  });

  it.each([
    ["arrays that are missing", zipSync({ "pixels.npy": x }), "x_train and y_train, or .*, got pixels"],
    [
      "counts that differ",
      zipSync({ "x.npy": x, "y.npy": npy("'|u1'", "(2,)", [0, 1]) }),
      "as many labels as samples",
    ],
    [
      "a member that is no array",
      zipSync({ "x.npy": Uint8Array.of(1) }),
      "a, x.npy: expected an array of NumPy",
    ],
    ["no zip file", Uint8Array.of(1, 2, 3), "a"],
  ])("refuses %s", async (_name, file, message) => {
    await expect(npzDatasets(file, "a")).rejects.toThrow(new RegExp(message));
  });

  it("reads damaged files or says so", async () => {
    const file = zipSync({ "x.npy": x, "y.npy": y });
    expect(await readDamaged([file], (bytes) => npzDatasets(bytes, "a"))).toBeGreaterThan(1000);
  });
});
