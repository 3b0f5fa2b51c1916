import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileError } from "../../core/errors.ts";
import { readImage } from "./read-image.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const grey = Uint8Array.of(0, 50, 100, 150, 200, 250);

describe("readImage", () => {
  it("gives the pixels of a file as they are", async () => {
    const rgba = Uint8Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 255 : i * 10));
    const path = await file("rgba.png", encode({ width: 3, height: 2, channels: 4, data: rgba }));
    expect(await readImage(path)).toEqual({ width: 3, height: 2, channels: 4, data: rgba });
  });

  it("makes 16 bits 8", async () => {
    const wide = Uint16Array.from(grey, (value) => value * 257);
    const path = await file("16.png", encode({ width: 3, height: 2, channels: 1, depth: 16, data: wide }));
    const { data, channels } = await readImage(path, { channels: 1 });
    expect(channels).toBe(1);
    expect([...data]).toEqual([...grey]);
  });

  it("stretches to the size and channels asked for", async () => {
    const path = await file("grey.png", encode({ width: 3, height: 2, channels: 1, data: grey }));
    const picture = await readImage(path, { width: 5, height: 4, channels: 3 });
    expect(picture).toMatchObject({ width: 5, height: 4, channels: 3 });
    expect(picture.data.length).toBe(60);
  });

  it("puts what is transparent on white paper when it makes grey", async () => {
    const nothing = encode({ width: 2, height: 1, channels: 4, data: new Uint8Array(8) });
    const { data } = await readImage(await file("nothing.png", nothing), { channels: 1 });
    expect([...data]).toEqual([255, 255]);
  });

  it("names a file that is no image, ends early, is empty or is not there", async () => {
    const whole = encode({ width: 3, height: 2, channels: 1, data: grey });
    const broken = [
      await file("text.png", "not an image"),
      await file("half.png", whole.subarray(0, whole.length >> 1)),
      await file("empty.png", ""),
      join(folder, "none.png"),
    ];
    for (const path of broken) {
      const error = await readImage(path).catch((reason: unknown) => reason);
      expect(error, path).toBeInstanceOf(FileError);
      expect((error as FileError).where).toBe(path);
    }
  });
});
