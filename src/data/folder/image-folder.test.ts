import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, FileError } from "../../core/errors.ts";
import type { Sample } from "../stream/sample.ts";
import { imageFolder } from "./image-folder.ts";

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "convnet-folder-"));
});
afterAll(() => rm(base, { recursive: true }));

type Shape = { width?: number; height?: number; channels?: 1 | 3 };
/** An image of one value. */
function png(value: number, { width = 4, height = 4, channels = 3 }: Shape = {}): Uint8Array {
  return encode({ width, height, channels, data: new Uint8Array(width * height * channels).fill(value) });
}

let made = 0;
async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = join(base, String(made++));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function values(samples: AsyncIterable<Sample>): Promise<[number, number][]> {
  const list: [number, number][] = [];
  for await (const { x, y } of samples) list.push([(x as Uint8Array)[0], y as number]);
  return list;
}

const twoClasses = {
  "cat/1.png": png(10),
  "cat/2.PNG": png(20),
  "dog/deep/a.png": png(30),
  "dog/ä b\nc.png": png(40),
};

describe("imageFolder", () => {
  it("makes a class of every folder, in the order of names, with files of any depth and name", async () => {
    const found = await imageFolder(await folderOf(twoClasses), { shuffle: false });
    expect(found.classNames).toEqual(["cat", "dog"]);
    expect(found.sampleShape).toEqual([4, 4, 3]);
    expect(found.train.length).toBe(4);
    expect((await values(found.train)).sort((a, b) => a[0] - b[0])).toEqual([
      [10, 0],
      [20, 0],
      [30, 1],
      [40, 1],
    ]);
    const { train } = await found.load();
    expect(train).toMatchObject({ length: 4, sampleShape: [4, 4, 3], classNames: ["cat", "dog"] });
    expect([...train.y]).toEqual([0, 0, 1, 1]);
  });

  it("mixes differently in every pass, the same for the same seed", async () => {
    const folder = await folderOf(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i % 2}/${i}.png`, png(i * 10)])),
    );
    const { train } = await imageFolder(folder, { seed: 3 });
    const first = await values(train.open(0));
    expect(await values((await imageFolder(folder, { seed: 3 })).train)).toEqual(first);
    expect(await values(train.open(1))).not.toEqual(first);
    expect(await values(train.open(0, 15))).toEqual(first.slice(15));
  });

  it("holds back the same share of every class, and shares no image", async () => {
    const folder = await folderOf(
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i < 20 ? "a" : "b"}/${i}.png`, png(i)])),
    );
    const { trainFiles, validationFiles, validation } = await imageFolder(folder, { validationSplit: 0.2 });
    const labels = validationFiles.map(({ label }) => label);
    expect(labels).toEqual([0, 0, 0, 0, 1, 1]);
    expect(validation?.length).toBe(6);
    expect(new Set([...trainFiles, ...validationFiles].map(({ path }) => path)).size).toBe(30);
    const other = await imageFolder(folder, { validationSplit: 0.2, seed: 1 });
    expect(other.validationFiles).not.toEqual(validationFiles);
  });

  it("brings all to one size and to as many channels as asked for", async () => {
    const folder = await folderOf({
      "a/1.png": png(10),
      "a/2.png": png(90, { width: 7, height: 3, channels: 1 }),
    });
    const { train, sampleShape } = await imageFolder(folder, {
      imageSize: [2, 5],
      channels: 1,
      shuffle: false,
    });
    expect(sampleShape).toEqual([2, 5, 1]);
    for await (const { x } of train) expect((x as Uint8Array).length).toBe(10);
  });

  it("takes grey images as grey", async () => {
    const grey = png(5, { channels: 1 });
    const { sampleShape } = await imageFolder(await folderOf({ "a/1.png": grey, "b/2.png": grey }));
    expect(sampleShape).toEqual([4, 4, 1]);
  });

  it("names the first two files that differ in size or colors", async () => {
    const sizes = await folderOf({ "a/1.png": png(1), "a/2.png": png(1), "b/3.png": png(1, { width: 5 }) });
    await expect(imageFolder(sizes)).rejects.toThrow(
      `${join(sizes, "b/3.png")}: expected 4 × 4 pixels, as ${join(sizes, "a/1.png")} has, got 5 × 4 pixels.`,
    );
    const colors = await folderOf({ "a/1.png": png(1), "b/3.png": png(1, { channels: 1 }) });
    await expect(imageFolder(colors)).rejects.toThrow("expected color");
  });

  it("lists every file that cannot be read, and stops; or leaves them out and says so", async () => {
    const jpeg = await sharp(new Uint8Array(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    const image = { width: 64, height: 64 };
    const folder = await folderOf({
      "a/good.png": png(1, image),
      "a/cut.jpg": jpeg.subarray(0, jpeg.length - 100),
      "a/empty.png": "",
      "a/text.jpg": "not an image",
      "b/good.jpg": jpeg,
      "b/cut.png": png(7, image).subarray(0, 60),
      "c/text.png": "nothing",
    });
    const error = await imageFolder(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FileError);
    for (const name of ["a/empty.png: expected a PNG", "a/text.jpg", "c/text.png"]) {
      expect(String(error)).toContain(name);
    }
    const { skipped, classNames, trainFiles } = await imageFolder(folder, { skipBad: true });
    expect(skipped.map(({ path }) => path.slice(folder.length + 1)).sort()).toEqual([
      "a/cut.jpg",
      "a/empty.png",
      "a/text.jpg",
      "b/cut.png",
      "c",
      "c/text.png",
    ]);
    expect(classNames).toEqual(["a", "b"]);
    expect(trainFiles.length).toBe(2);
  });

  it("finds files whose pixels are damaged when it loads them", async () => {
    const whole = png(7, { width: 64, height: 64 });
    const folder = await folderOf({ "a/1.png": whole, "b/2.png": whole.subarray(0, whole.length - 20) });
    const photos = await imageFolder(folder);
    await expect(photos.load()).rejects.toThrow(/1 that cannot: .*b\/2\.png/);
    await expect(values(photos.train)).rejects.toThrow(FileError);
  });

  it("names a file that went away while it is read", async () => {
    const folder = await folderOf(twoClasses);
    const { train } = await imageFolder(folder, { shuffle: false });
    await rm(join(folder, "cat/2.PNG"));
    await expect(values(train)).rejects.toThrow(
      `${join(folder, "cat/2.PNG")}: expected a readable file, got no such file`,
    );
  });

  it("follows no links, waits for no pipes, and tells what it ignored", async () => {
    const folder = await folderOf({ ...twoClasses, "cat/notes.txt": "x", "cat/.DS_Store": "x" });
    const outside = await folderOf({ "secret.png": png(99) });
    await symlink(folder, join(folder, "cat", "loop"));
    await symlink(join(outside, "secret.png"), join(folder, "cat", "secret.png"));
    execFileSync("mkfifo", [join(folder, "dog", "pipe.png")]);
    const { trainFiles, ignored } = await imageFolder(folder);
    expect(trainFiles.length).toBe(4);
    expect(ignored.map(({ path, reason }) => `${path.slice(folder.length + 1)}: ${reason}`).sort()).toEqual([
      "cat/loop: a link, which is not followed",
      "cat/notes.txt: no image by its name",
      "cat/secret.png: a link, which is not followed",
      "dog/pipe.png: no regular file",
    ]);
  });

  it("turns pictures upright", async () => {
    const pixels = Uint8Array.of(255, 0, 0, 0, 0, 0);
    const turned = await sharp(pixels, { raw: { width: 2, height: 1, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const { sampleShape } = await imageFolder(await folderOf({ "a/1.png": turned }));
    expect(sampleShape).toEqual([2, 1, 3]);
  });

  it("reads labels from a list of files", async () => {
    const folder = await folderOf({ "1.png": png(1), "x/2.png": png(2), "3.png": png(3) });
    const list = join(folder, "labels.csv");
    await writeFile(list, 'file,label\n1.png,spoon\n"x/2.png",fork\n3.png,spoon\n');
    const { classNames, train } = await imageFolder(folder, { labels: list, shuffle: false });
    expect(classNames).toEqual(["fork", "spoon"]);
    expect(await values(train)).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
    await writeFile(list, "1.png,a\n../../etc/passwd.png,b\n");
    await expect(imageFolder(folder, { labels: list })).rejects.toThrow(
      `${list}, line 2: expected a file below`,
    );
    await writeFile(list, "1.png\n");
    await expect(imageFolder(folder, { labels: list })).rejects.toThrow("expected file,label");
  });

  it("says what a folder without images should be", async () => {
    const empty = await folderOf({ "a.txt": "" });
    await expect(imageFolder(empty)).rejects.toThrow("a folder for each class, with images");
    await expect(imageFolder(join(empty, "none"))).rejects.toThrow("no such file");
    const hollow = await folderOf(twoClasses);
    await mkdir(join(hollow, "empty"));
    await expect(imageFolder(hollow)).rejects.toThrow('got none of "empty"');
    await expect(imageFolder(hollow)).rejects.toThrow(DataError);
  });

  it.each([
    [{ imageSise: [1, 1] }, 'Did you mean "imageSize"?'],
    [{ imageSize: [0, 4] }, "whole sides from 1 to 16384, got 0"],
    [{ imageSize: [4] }, "both width and height"],
    [{ validationSplit: 1 }, "validationSplit at least 0 and below 1"],
    [{ validationSplit: 0.001 }, "images on both sides of the split, got 4 and 0"],
  ])("refuses options %o", async (options, message) => {
    await expect(imageFolder(await folderOf(twoClasses), options as object)).rejects.toThrow(message);
  });

  it("reads a copy of a folder to the same samples", async () => {
    const folder = await folderOf(twoClasses);
    const copy = join(base, "copy");
    await cp(folder, copy, { recursive: true });
    expect(await values((await imageFolder(copy)).train)).toEqual(
      await values((await imageFolder(folder)).train),
    );
  });
});
