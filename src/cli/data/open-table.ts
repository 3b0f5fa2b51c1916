import { extname } from "node:path";
import { readFile } from "../../core/files.ts";
import type { TrainAndTest } from "../../node.ts";
import type { DataOptions } from "./options.ts";
import { holdBack } from "./part.ts";

/** What tables of pixels are called; others are taken for tables if an option says how to read one. */
const extensions = [".csv", ".tsv", ".txt", ".npz"];

export function isTable(path: string, { maxValue, labelColumn }: DataOptions): boolean {
  return (
    extensions.includes(extname(path).toLowerCase()) || maxValue !== undefined || labelColumn !== undefined
  );
}

/**
 * A table of pixels, and another one or a share of it to test on; or arrays of NumPy.
 *
 * @throws FileError or DataError naming the line and what is wrong there.
 */
export async function openTable(path: string, options: DataOptions): Promise<TrainAndTest> {
  const { npzDatasets, pixelTable } = await import("../../node.ts");
  const { imageSize, channels, maxValue, labelColumn, test, testSplit = 0.2, seed = 0 } = options;
  const tableOptions = {
    ...(imageSize && { imageSize }),
    ...(channels !== undefined && { channels }),
    ...(maxValue !== undefined && { maxValue }),
    ...(labelColumn !== undefined && { labelColumn }),
  };
  if (extname(path).toLowerCase() === ".npz") {
    const { train, test: own } = await npzDatasets(await readFile(path), path);
    return { folder: path, ...(own ? { train, test: own } : holdBack(train, testSplit, seed)) };
  }
  const all = pixelTable(await readFile(path), path, tableOptions);
  if (test === undefined) return { folder: path, ...holdBack(all, testSplit, seed) };
  const { classNames } = all;
  const held = pixelTable(await readFile(test), test, { ...tableOptions, ...(classNames && { classNames }) });
  return { folder: path, train: all, test: held };
}
