import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { DataError, FileError, ShapeError } from "../core/errors.ts";
import { didYouMean } from "../core/names.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { Dataset } from "../index.ts";
import type { TrainAndTest } from "../node.ts";
import { hasFolders, openImages } from "./data/open-images.ts";
import { isTable, openTable } from "./data/open-table.ts";
import type { DataOptions } from "./data/options.ts";

export interface NamedDataset extends TrainAndTest {
  /** `mnist`, or the name of the folder. */
  readonly name: string;
  /** What to say on the command line to get the same data again. */
  readonly argument: string;
  /** `idx` for the four files of MNIST and data sets of that form. */
  readonly kind: "idx" | "images" | "table";
  /** Files that were not read, and why; for people. */
  readonly notes: readonly string[];
}

const names = ["mnist", "fashion-mnist"];

/** What the argument `[dataset]` may be. */
export const datasetArgument =
  "mnist, fashion-mnist, a folder with a folder of images for each class, a table of pixels (.csv), arrays of NumPy (.npz), or a folder with four IDX files named as MNIST's";

/**
 * Reads a data set by its name or folder.
 *
 * @throws FileError, DataError or ShapeError if it is not there, damaged, or training and test images differ in shape.
 */
export async function openDataset(argument: string, options: DataOptions = {}): Promise<NamedDataset> {
  const found = await readDataset(argument, options);
  const { train, test, folder } = found;
  if (!sameShape(train.sampleShape, test.sampleShape)) {
    throw new ShapeError({
      where: `${folder}, test images`,
      expected: `${formatShape(train.sampleShape)}, as the training images`,
      received: formatShape(test.sampleShape),
    });
  }
  const isNamed = names.includes(argument);
  return { ...found, argument, name: isNamed ? argument : basename(resolve(argument)) };
}

async function readDataset(
  argument: string,
  options: DataOptions,
): Promise<TrainAndTest & Pick<NamedDataset, "kind" | "notes">> {
  const { fashionMnist, idxFolder, mnist } = await import("../node.ts");
  const idx = async (data: Promise<TrainAndTest>) => ({ ...(await data), kind: "idx" as const, notes: [] });
  if (argument === "mnist") return idx(mnist());
  if (argument === "fashion-mnist") return idx(fashionMnist());
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory()) {
    if (options.labels === undefined && !(await hasFolders(argument))) return idx(idxFolder(argument));
    return { ...(await openImages(argument, options)), kind: "images" };
  }
  if (found && isTable(argument, options)) {
    return { ...(await openTable(argument, options)), kind: "table", notes: [] };
  }
  throw new FileError({
    where: "dataset",
    expected: datasetArgument,
    received: `"${argument}"`,
    hint: didYouMean(argument, names),
  });
}

/**
 * Number of classes, from what is known or from the labels: without gaps from 0.
 *
 * @param asked what the user says
 * @throws DataError for a label that leaves others out, and so is likely wrong.
 */
export function countClasses({ train, folder }: NamedDataset, asked?: number): number {
  const known = asked ?? train.classNames?.length;
  if (known !== undefined) return known;
  const firstSample = new Map<number, number>();
  for (const [sample, label] of train.y.entries())
    if (!firstSample.has(label)) firstSample.set(label, sample);
  const largest = Math.max(...firstSample.keys());
  for (let label = 0; label < largest; label++) {
    if (firstSample.has(label)) continue;
    throw new DataError({
      where: `${folder}, training labels`,
      expected: "labels from 0 without gaps",
      received: `label ${largest} for sample ${firstSample.get(largest)}, but ${label} for none`,
      hint: `If that is right, say --classes ${largest + 1}.`,
    });
  }
  return largest + 1;
}

/** @throws DataError naming the first label that the network has no output for. */
export function checkLabels({ train, test, folder }: NamedDataset, classes: number): void {
  for (const [part, { y }] of Object.entries({ training: train, test })) {
    const sample = y.findIndex((label: number) => label >= classes);
    if (sample < 0) continue;
    throw new DataError({
      where: `${folder}, ${part} labels`,
      expected: `labels from 0 to ${classes - 1}, as the network has ${classes} outputs`,
      received: `${y[sample]} for sample ${sample}`,
    });
  }
}

/** Samples `from` up to `to`; nothing is copied. */
export function sliceDataset(data: Dataset, from: number, to: number): Dataset {
  const size = data.x.length / data.length;
  return {
    ...data,
    x: data.x.subarray(from * size, to * size),
    y: data.y.subarray(from, to),
    length: to - from,
  };
}

/** Names of the classes, or their numbers. */
export function classNamesOf({ classNames }: { classNames?: readonly string[] }, classes: number): string[] {
  return Array.from({ length: classes }, (_, label) => classNames?.[label] ?? String(label));
}
