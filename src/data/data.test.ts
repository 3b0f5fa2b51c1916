import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataset } from "./dataset.ts";
import { idxDataset } from "./idx/idx-dataset.ts";
import { gunzip, readIdx } from "./idx/read-idx.ts";
import { idxFolder, mnist } from "./mnist.ts";

/** An IDX file. */
function idx(shape: number[], data: number[], type = 8): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, type, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

describe("IDX", () => {
  test("is read without copying", () => {
    const { shape, data } = readIdx(idx([2, 1, 3], [1, 2, 3, 4, 5, 6]), "a");
    expect(shape).toEqual([2, 1, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    {
      name: "nothing",
      bytes: new Uint8Array(0),
      message: "a, byte 0: expected the four bytes of an IDX magic number, got the end of the file.",
    },
    {
      name: "another magic number",
      bytes: Uint8Array.of(0x89, 0x50, 8, 1),
      message: "a, byte 0: expected two zero bytes, as IDX files begin, got 137, 80.",
    },
    {
      name: "another type of number",
      bytes: idx([1], [0, 0, 0, 0], 0x0d),
      message: "a, byte 2: expected type code 8 (unsigned bytes), got 13.",
    },
    { name: "no axes", bytes: Uint8Array.of(0, 0, 8, 0), message: "a, byte 3: expected 1 to 4 axes, got 0." },
    {
      name: "lengths that are cut off",
      bytes: idx([2, 2], []).slice(0, 9),
      message: "a, byte 9: expected the lengths of 2 axes, got the end of the file.",
    },
    {
      name: "numbers that are cut off",
      bytes: idx([2, 2], [1, 2, 3]),
      message: "a, byte 15: expected 4 numbers [2, 2], got the end after 3.",
    },
    {
      name: "bytes behind the end",
      bytes: idx([2], [1, 2, 3]),
      message: "a, byte 10: expected the end after [2], got 1 more bytes.",
    },
    {
      name: "lengths whose product is astronomical",
      bytes: idx([0xffffffff, 0xffffffff, 0xffffffff], [1]),
      message: "a, byte 17: expected",
    },
  ])("refuses $name", ({ bytes, message }) => {
    expect(() => readIdx(bytes, "a")).toThrow(message);
  });

  test("images and labels must belong together", () => {
    const images = readIdx(idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), "i");
    const labels = (n: number) => readIdx(idx([n], new Array(n).fill(1)), "l");
    expect(idxDataset("d", { images, labels: labels(2) })).toMatchObject({
      length: 2,
      sampleShape: [2, 2, 1],
    });
    expect(() => idxDataset("d", { images, labels: labels(1) })).toThrow(
      "d: expected as many labels as images, got 2 images, 1 labels.",
    );
    expect(() => idxDataset("d", { images: labels(2), labels: labels(2) })).toThrow(
      "d, images: expected images [n, height, width], got [2].",
    );
    expect(() => idxDataset("d", { images, labels: images })).toThrow(
      "d, labels: expected labels [n], got [2, 2, 2].",
    );
  });

  test("gzip is undone, and damage noticed", async () => {
    const packed = new Uint8Array(gzipSync(Uint8Array.of(1, 2, 3)));
    expect([...(await gunzip(packed, "a"))]).toEqual([1, 2, 3]);
    await expect(gunzip(packed.slice(0, -5), "a.gz")).rejects.toThrow(/a\.gz: expected a whole gzip file/);
    packed[packed.length - 6] ^= 1;
    await expect(gunzip(packed, "a.gz")).rejects.toThrow(/a\.gz: expected a whole gzip file/);
  });
});

describe("folders of IDX files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "convnet-idx-"));
    await writeFile(join(folder, "train-images-idx3-ubyte"), idx([2, 1, 2], [1, 2, 3, 4]));
    await writeFile(join(folder, "train-labels-idx1-ubyte.gz"), gzipSync(idx([2], [0, 1])));
    await writeFile(join(folder, "t10k-images-idx3-ubyte"), idx([1, 1, 2], [5, 6]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a missing file is named", async () => {
    await expect(idxFolder(folder)).rejects.toThrow(
      /expected t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte\.gz, got no such file/,
    );
  });

  test("plain and gzipped files are read alike", async () => {
    await writeFile(join(folder, "t10k-labels-idx1-ubyte"), idx([1], [1]));
    const { train, test: held } = await idxFolder(folder, ["a", "b"]);
    expect(train).toMatchObject({ length: 2, sampleShape: [1, 2, 1], classNames: ["a", "b"] });
    expect([...train.y, ...held.x]).toEqual([0, 1, 5, 6]);
  });

  test("an empty folder says where the files may be put", async () => {
    await expect(mnist({ folder: join(folder, "none") })).rejects.toThrow(/expected train-images-idx3-ubyte/);
  });
});

test("MNIST is the real one", async () => {
  const { train, test: held } = await mnist();
  expect([train.length, held.length]).toEqual([60_000, 10_000]);
  expect(train.sampleShape).toEqual([28, 28, 1]);
  expect([...train.y.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  const counts = new Array<number>(10).fill(0);
  for (const label of held.y) counts[label]++;
  expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

describe("dataset", () => {
  test("takes typed arrays as they are and lists of numbers", () => {
    const x = new Float32Array(8);
    expect(dataset({ x, y: [1, 0], sampleShape: [2, 2] }).x).toBe(x);
    const nested = dataset({
      x: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      y: [
        [0, 1],
        [1, 0],
      ],
      sampleShape: [2, 2],
    });
    expect([...nested.x]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(nested.length).toBe(2);
  });
  test("refuses numbers that are no whole samples, and labels that are not as many", () => {
    expect(() => dataset({ x: [1, 2, 3], y: [1], sampleShape: [2] })).toThrow(
      "dataset x: expected a multiple of 2 numbers for samples [2], got 3 numbers.",
    );
    expect(() => dataset({ x: [], y: [], sampleShape: [2] })).toThrow(
      "dataset x: expected a multiple of 2 numbers",
    );
    expect(() => dataset({ x: [1, 2, 3], y: [1, 2], sampleShape: [1] })).toThrow(
      "dataset y: expected labels for 3 samples, got 2 numbers.",
    );
    expect(() => dataset({ x: ["1"] as never, y: [1], sampleShape: [1] })).toThrow(
      "dataset x: expected numbers, got string.",
    );
  });
});
