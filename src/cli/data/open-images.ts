import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import { sameShape } from "../../core/shape.ts";
import type { Dataset } from "../../index.ts";
import type { ImageFolder, LeftOut, TrainAndTest } from "../../node.ts";
import type { DataOptions } from "./options.ts";
import { shuffleDataset } from "./part.ts";

/** Without another word, images of more than this many pixels a side are made smaller. */
const mostSide = 128;

/** What folders with parts of a data set are called. */
const trainNames = ["train", "training"];
const testNames = ["test", "testing", "val", "validation", "valid"];

export interface FoundImages extends TrainAndTest {
  /** Files that were not read, and why; for people. */
  readonly notes: readonly string[];
}

/** Whether a path is a folder with folders in it. */
export async function hasFolders(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.some((entry) => entry.isDirectory());
}

async function firstFolder(path: string, names: readonly string[]): Promise<string | undefined> {
  const entries = await readdir(path);
  const found = entries.find((entry) => names.includes(entry.toLowerCase()));
  return found !== undefined && (await stat(join(path, found))).isDirectory() ? join(path, found) : undefined;
}

/**
 * Images of a folder: with folders `train` and `test` in it, or with a folder for each class, of which a share is held back.
 *
 * @throws FileError or DataError naming the files that cannot be used.
 */
export async function openImages(path: string, options: DataOptions): Promise<FoundImages> {
  const trainPath = await firstFolder(path, trainNames);
  const testPath = options.test ?? (trainPath && (await firstFolder(path, testNames)));
  if (testPath === undefined) return openSplit(trainPath ?? path, options);
  const train = await openFolder(trainPath ?? path, options);
  const test = await openFolder(testPath, {
    ...options,
    imageSize: [train.sampleShape[0], train.sampleShape[1]],
    channels: train.sampleShape[2] as 1 | 3 | 4,
  });
  if (!sameNames(train.classNames, test.classNames)) {
    throw new DataError({
      where: testPath,
      expected: `the classes of ${train.folder}: ${train.classNames.slice(0, 10).join(", ")}`,
      received: test.classNames.slice(0, 10).join(", "),
    });
  }
  return {
    folder: path,
    train: shuffleDataset((await train.load()).train, options.seed ?? 0),
    test: (await test.load()).train,
    notes: [...notesOf(train), ...notesOf(test)],
  };
}

async function openSplit(path: string, options: DataOptions): Promise<FoundImages> {
  const photos = await openFolder(path, options, options.testSplit ?? 0.2);
  const { train, validation } = await photos.load();
  return {
    folder: path,
    train: shuffleDataset(train, options.seed ?? 0),
    test: validation as Dataset,
    notes: notesOf(photos),
  };
}

async function openFolder(path: string, options: DataOptions, validationSplit = 0): Promise<ImageFolder> {
  const { imageFolder } = await import("../../node.ts");
  const { imageSize, channels, interpolation, crop, labels, skipBad, seed } = options;
  const open = (size: readonly [number, number] | undefined): Promise<ImageFolder> =>
    imageFolder(path, {
      validationSplit,
      ...(size && { imageSize: size }),
      ...(channels !== undefined && { channels }),
      ...(interpolation !== undefined && { interpolation }),
      ...(crop !== undefined && { cropToAspectRatio: crop }),
      ...(labels !== undefined && { labels }),
      ...(skipBad !== undefined && { skipBad }),
      ...(seed !== undefined && { seed }),
    });
  const found = await open(imageSize);
  const [height, width] = found.sampleShape;
  const longer = Math.max(height, width);
  if (imageSize || longer <= mostSide) return found;
  return open(
    [height, width].map((side) => Math.max(1, Math.round((side * mostSide) / longer))) as [number, number],
  );
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return sameShape([a.length], [b.length]) && a.every((name, i) => name === b[i]);
}

function notesOf({ skipped, ignored }: ImageFolder): string[] {
  const list = (what: string, files: readonly LeftOut[]): string[] =>
    files.length === 0
      ? []
      : [`${what} (${files.length}):`, ...files.map(({ path, reason }) => `  ${path}: ${reason}`)];
  return [...list("Left out", skipped), ...list("Ignored", ignored)];
}
