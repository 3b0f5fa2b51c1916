/** The judge is the HDF5 library itself, compiled to WebAssembly: it reads what is written here, and writes what is read. */
import * as h5 from "h5wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { isHdf5, openHdf5 } from "./hdf5.ts";
import { GroupBuilder, writeHdf5 } from "./write-hdf5.ts";

type FileSystem = NonNullable<typeof h5.FS>;
let files: FileSystem;
beforeAll(async () => {
  files = (await h5.ready).FS as FileSystem;
});

let count = 0;
/** What the library makes of a file's bytes. */
function byLibrary(bytes: Uint8Array): h5.File {
  const path = `/read-${count++}.h5`;
  files.writeFile(path, bytes);
  return new h5.File(path, "r");
}

/** Bytes of a file that the library writes. */
function ofLibrary(
  fill: (file: h5.File) => void,
  libver: NonNullable<h5.FileOptions["libver"]> = "v108",
  trackOrder = false,
): Uint8Array {
  const path = `/written-${count++}.h5`;
  const file = new h5.File(path, "w", { libver, track_order: trackOrder });
  fill(file);
  file.close();
  return files.readFile(path);
}

describe("what is written", () => {
  const builder = (): GroupBuilder => {
    const root = new GroupBuilder();
    root.attributes.set("keras_version", { kind: "text", text: "3.0", isBytes: true });
    root.attributes.set("long", { kind: "text", text: "ü".repeat(100_000) });
    root.attributes.set("names", { kind: "list", texts: ["a", "conv2d_1"] });
    root.attributes.set("none", { kind: "list", texts: [] });
    for (let i = 0; i < 700; i++)
      root.array(`g/layer_${i}/vars/0`, [2, 3], Float32Array.of(1, 2, 3, 4, 5, i));
    root.array("step", [], BigInt64Array.of(12_345_678_901n));
    root.array("nothing", [0, 3], new Float32Array(0));
    root.group("empty");
    return root;
  };

  test("the library reads as it was meant: groups of any size, texts of any length, numbers", () => {
    const file = byLibrary(writeHdf5(builder()));
    expect(file.keys()).toEqual(["empty", "g", "nothing", "step"]);
    expect(file.attrs.keras_version.value).toBe("3.0");
    expect(file.attrs.long.value).toBe("ü".repeat(100_000));
    expect(file.attrs.names.value).toEqual(["a", "conv2d_1"]);
    expect(file.attrs.names.dtype).toBe("A8");
    expect(file.attrs.none).toMatchObject({ shape: [0], dtype: "<d" });
    expect((file.get("g") as h5.Group).keys()).toHaveLength(700);
    for (const i of [0, 8, 255, 256, 699]) {
      const array = file.get(`g/layer_${i}/vars/0`) as h5.Dataset;
      expect(array).toMatchObject({ shape: [2, 3], dtype: "<f" });
      expect(array.value).toEqual(Float32Array.of(1, 2, 3, 4, 5, i));
    }
    expect((file.get("step") as h5.Dataset).value).toBe(12_345_678_901n);
    expect((file.get("nothing") as h5.Dataset).shape).toEqual([0, 3]);
    expect((file.get("empty") as h5.Group).keys()).toEqual([]);
    file.close();
  });

  test("is read back, and is the same each time", () => {
    const bytes = writeHdf5(builder());
    expect(Buffer.compare(writeHdf5(builder()), bytes)).toBe(0);
    const root = openHdf5("x", bytes);
    expect(root.group("g")?.names).toHaveLength(700);
    expect(root.dataset("g/layer_698/vars/0")?.read()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 698));
    expect(root.attribute("long")).toBe("ü".repeat(100_000));
    expect(root.attribute("names")).toEqual(["a", "conv2d_1"]);
    expect(root.attribute("none")).toEqual([]);
    expect(root.dataset("nothing")?.read()).toHaveLength(0);
    expect(root.find("g/layer_700")).toBeUndefined();
    expect(root.find("step/below")).toBeUndefined();
  });
});

describe("what the library writes is read", () => {
  const numbers = Float32Array.from({ length: 1000 }, (_, i) => (i * i) % 17);
  test.each([
    { libver: ["earliest", "latest"], trackOrder: false },
    { libver: ["earliest", "latest"], trackOrder: true },
    { libver: "v108", trackOrder: false },
    { libver: "v108", trackOrder: true },
    { libver: "v110", trackOrder: true },
    { libver: "latest", trackOrder: true },
  ] as const)("in the form of $libver, in order of creation: $trackOrder", ({ libver, trackOrder }) => {
    const bytes = ofLibrary(
      (file) => {
        file.create_attribute("model_config", "x".repeat(70_000));
        for (let i = 0; i < 20; i++) file.create_attribute(`attribute_${i}`, `value ${i}`);
        file.create_attribute("list", ["aa", "b"], null, "S4");
        const group = file.create_group("g", trackOrder);
        for (let i = 0; i < 600; i++)
          group.create_dataset({ name: `array_with_a_long_name_${i}`, data: Float32Array.of(i, 2) });
        file.create_dataset({ name: "half", data: Float32Array.of(1, -2.5), dtype: "<f" });
        file.create_dataset({ name: "double", data: Float64Array.of(1, 0.1), dtype: "<d" });
        file.create_dataset({ name: "bytes", data: [1, 2, -3], dtype: "<b" });
        file.create_dataset({ name: "long", data: BigInt64Array.of(1n, -7n), dtype: "<q" });
      },
      libver as never,
      trackOrder,
    );
    expect(isHdf5(bytes)).toBe(true);
    const root = openHdf5("w", bytes);
    expect(root.names.sort()).toEqual(["bytes", "double", "g", "half", "long"]);
    expect(root.group("g")?.names).toHaveLength(600);
    for (const i of [0, 9, 299, 599])
      expect(root.dataset(`g/array_with_a_long_name_${i}`)?.read()).toEqual(Float32Array.of(i, 2));
    expect(root.attribute("model_config")).toBe("x".repeat(70_000));
    expect(root.attribute("attribute_19")).toBe("value 19");
    expect(root.attribute("list")).toEqual(["aa", "b"]);
    expect(root.dataset("double")?.read()).toEqual(Float32Array.of(1, 0.1));
    expect(root.dataset("bytes")?.read()).toEqual(Float32Array.of(1, 2, -3));
    expect(root.dataset("long")?.read()).toEqual(Float32Array.of(1, -7));
  });

  test("compressed, in chunks that do not fit evenly, and with groups of many tables", () => {
    const root = openHdf5(
      "w",
      ofLibrary(
        (file) => {
          const zipped = { data: numbers, shape: [10, 100], compression: "gzip" as const };
          file.create_dataset({ name: "cut", ...zipped, chunks: [4, 30] });
          file.create_dataset({ name: "whole", ...zipped, chunks: [10, 100] });
          for (let i = 0; i < 2000; i++) file.create_group(`g${i}`);
        },
        ["earliest", "latest"],
      ),
    );
    expect(root.dataset("cut")?.read()).toEqual(numbers);
    expect(root.dataset("whole")?.read()).toEqual(numbers);
    expect(root.names).toHaveLength(2002);
  });
});

/** Where a message of that type stands in the header of the only array of a small file. */
function findBytes(bytes: Uint8Array, pattern: readonly number[]): number {
  for (let at = 0; at < bytes.length; at++) if (pattern.every((byte, i) => bytes[at + i] === byte)) return at;
  throw new Error("no such bytes");
}

describe("numbers in other forms", () => {
  const typeFloat32 = [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0];
  const of = (data: Float32Array, type: readonly number[], shape: readonly number[]): Float32Array => {
    const root = new GroupBuilder();
    root.array("a", shape, data);
    const bytes = writeHdf5(root);
    bytes.set(type, findBytes(bytes, typeFloat32));
    return openHdf5("x", bytes).dataset("a")?.read() ?? new Float32Array();
  };

  test("doubles with the first byte first", () => {
    const view = new DataView(new ArrayBuffer(16));
    view.setFloat64(0, 1.5);
    view.setFloat64(8, -0.1);
    const type = [0x11, 0x21, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];
    /* The array of four numbers is declared as two of eight bytes each. */
    const root = new GroupBuilder();
    root.array("a", [2, 2], new Float32Array(view.buffer));
    const bytes = writeHdf5(root);
    bytes.set(type, findBytes(bytes, typeFloat32));
    bytes.set([1, 1, 0, 0, 0, 0, 0, 0, 2], findBytes(bytes, [1, 2, 0, 0, 0, 0, 0, 0, 2]));
    expect(openHdf5("x", bytes).dataset("a")?.read()).toEqual(Float32Array.of(1.5, -0.1));
  });

  test("half precision: normal, small, infinite and none", () => {
    const halves = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff, 0x7c00, 0x7e00, 0x8000, 0x03ff);
    const data = new Float32Array(halves.buffer);
    const type = [0x11, 0x20, 0x0f, 0, 2, 0, 0, 0, 0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];
    const read = of(data, type, [4]);
    expect(read).toEqual(Float32Array.of(1, -2.5, 2 ** -24, 65504));
  });

  test("kinds that are no numbers are refused by name", () => {
    const compound = [0x16, 0, 0, 0, 4, 0, 0, 0];
    expect(() => of(Float32Array.of(1), compound, [1])).toThrow("got elements of kind compound");
    const vax = [0x11, 0x60, 0x1f, 0, 4, 0, 0, 0];
    expect(() => of(Float32Array.of(1), vax, [1])).toThrow("expected IEEE numbers");
  });
});

describe("whatever leads out of a file, or is not there, is refused by name", () => {
  const small = (): Uint8Array<ArrayBuffer> => {
    const root = new GroupBuilder();
    root.array("a", [3], Float32Array.of(1, 2, 3));
    return writeHdf5(root);
  };
  const layout = [0x08, 0, 24, 0, 0, 0, 0, 0, 3, 1];
  const fill = [0x05, 0, 8, 0, 0, 0, 0, 0, 2, 2, 2, 1];

  test("soft and external links", () => {
    const root = openHdf5(
      "w",
      ofLibrary((file) => {
        file.create_dataset({ name: "a", data: [1] });
        file.create_soft_link("/a", "soft");
        file.create_external_link("other.h5", "/x", "external");
      }),
    );
    expect(() => root.dataset("soft")).toThrow('w, "/soft": expected an object of the file, got a soft link');
    expect(() => root.find("external/x")).toThrow("got an external link");
    expect(root.dataset("a")?.read()).toEqual(Float32Array.of(1));
    const old = ofLibrary((file) => file.create_soft_link("/a", "soft"), ["earliest", "latest"]);
    expect(() => openHdf5("w", old).find("soft")).toThrow("got a soft link");
  });

  test("external storage", () => {
    const bytes = small();
    bytes[findBytes(bytes, fill)] = 0x07;
    expect(() => openHdf5("x", bytes).dataset("a")?.read()).toThrow("got external storage, in another file");
  });

  test("virtual data sets", () => {
    const bytes = small();
    bytes[findBytes(bytes, layout) + 9] = 3;
    expect(() => openHdf5("x", bytes).dataset("a")?.read()).toThrow('got a virtual data set in "/a"');
  });

  test("numbers that were never written, however many a file says there are", () => {
    const bytes = small();
    bytes.fill(0xff, findBytes(bytes, layout) + 10, findBytes(bytes, layout) + 18);
    expect(() => openHdf5("x", bytes).dataset("a")?.read()).toThrow("got none that were ever written");
    const bomb = small();
    new DataView(bomb.buffer).setBigUint64(findBytes(bomb, [1, 1, 0, 0, 0, 0, 0, 0, 3]) + 8, 2n ** 28n, true);
    expect(() => openHdf5("x", bomb).dataset("a")?.read()).toThrow("expected 1073741824 bytes, got 12");
  });

  test("unknown filters", () => {
    const bytes = ofLibrary((file) =>
      file.create_dataset({ name: "a", data: new Float32Array(64), chunks: [8], compression: "gzip" }),
    );
    const at = findBytes(bytes, [2, 1, 1, 0, 0, 0, 1, 0]);
    bytes[at + 2] = 4;
    expect(() => openHdf5("x", bytes).dataset("a")?.read()).toThrow('got the filter szip in "/a"');
  });

  test("files that end early or are something else", () => {
    const bytes = small();
    expect(() => openHdf5("x", bytes.subarray(0, -8))).toThrow(
      `expected ${bytes.length} bytes, got a file of`,
    );
    expect(() => openHdf5("x", new TextEncoder().encode("hello, this is no HDF5 file"))).toThrow(
      "x, byte 0: expected an HDF5 file, got something else",
    );
  });
});
