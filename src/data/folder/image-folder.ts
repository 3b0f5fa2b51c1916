import { DataError, OptionError } from "../../core/errors.ts";
import { readFile } from "../../core/files.ts";
import { checkOptions } from "../../core/names.ts";
import { createRandom, permutation } from "../../core/random.ts";
import { type Dataset, dataset } from "../dataset.ts";
import {
  checkImageOptions,
  type ImageInfo,
  type Interpolation,
  imageFileInfo,
} from "../image/decode-image.ts";
import { readImage } from "../image/read-image.ts";
import type { Sample } from "../stream/sample.ts";
import { type Stream, stream } from "../stream/stream.ts";
import { badFiles, examine, filesAtOnce } from "./image-problems.ts";
import { type ImageFile, type LeftOut, listImages, listImagesByFile, paths } from "./list-images.ts";

export interface ImageFolderOptions {
  /** Height and width that all images are brought to. Default: that which all of them have. */
  imageSize?: readonly [height: number, width: number];
  /** 1 grey, 3 RGB, 4 RGBA. Default: 1 or 3, which all of them have. */
  channels?: 1 | 3 | 4;
  /** `"inferred"`: each folder is a class. Else the path of a CSV file with lines `file,label`. Default `"inferred"`. */
  labels?: string;
  /** Share of the images of each class that `validation` gets. Default 0. */
  validationSplit?: number;
  /** Decides which these are, and the order of `train`. Default 0. */
  seed?: number;
  /** A new order in every pass of `train`. Default true. */
  shuffle?: boolean;
  /** Default `"bilinear"`; see {@link ReadImageOptions}. */
  interpolation?: Interpolation;
  /** Cut off what is too wide or too high instead of stretching. Default false. */
  cropToAspectRatio?: boolean;
  /** Leave out files that cannot be read, and list them, instead of stopping. Reads all files at the beginning. Default false. */
  skipBad?: boolean;
}

const imageFolderOptions = [
  "imageSize",
  "channels",
  "labels",
  "validationSplit",
  "seed",
  "shuffle",
  "interpolation",
  "cropToAspectRatio",
  "skipBad",
];

/** Images in folders, as data to train on. */
export interface ImageFolder {
  readonly folder: string;
  readonly classNames: readonly string[];
  readonly sampleShape: readonly [height: number, width: number, channels: number];
  /** Images that are trained on, and those that are held back. */
  readonly trainFiles: readonly ImageFile[];
  readonly validationFiles: readonly ImageFile[];
  /** Reads the images when they are needed. */
  readonly train: Stream<Sample>;
  /** In the order of the files; missing without `validationSplit`. */
  readonly validation: Stream<Sample> | undefined;
  /** Files that could not be read, if `skipBad` was set. */
  readonly skipped: readonly LeftOut[];
  /** What is no image by its name, and links. */
  readonly ignored: readonly LeftOut[];
  /** Reads all images into memory. @throws FileError listing those that cannot be read. */
  load(): Promise<{ train: Dataset; validation: Dataset | undefined }>;
}

/**
 * Images in a folder, one folder in it for each class: samples [height, width, channels] as bytes, labels from 0 in the order
 * of the folders' names.
 *
 * Nothing but the heads of the files is read at first; decoding happens while training goes on, several files at a time.
 * Links are not followed.
 *
 * @throws FileError listing files that cannot be read, or DataError naming two that differ in size or channels.
 * @throws UsageError if the optional package sharp is not installed.
 * @see https://keras.io/api/data_loading/image/ (`image_dataset_from_directory`; there, a split does not look at classes)
 * @example
 * const photos = await imageFolder("photos", { imageSize: [64, 64], validationSplit: 0.2 });
 * console.log(photos.classNames, photos.sampleShape);
 */
export async function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  checkFolderOptions(options);
  const { labels = "inferred", validationSplit = 0, seed = 0, shuffle = true, skipBad = false } = options;
  const list =
    labels === "inferred"
      ? await listImages(folder)
      : await listImagesByFile(folder, labels, new TextDecoder().decode(await readFile(labels)));
  const heads = await examine(list.files, ({ path }) => imageFileInfo(path));
  if (heads.bad.length > 0 && !skipBad) throw badFiles(folder, heads.bad, list.files.length);
  const form = commonForm(
    folder,
    options,
    heads.good.map(({ file, result }) => ({ path: file.path, info: result })),
  );
  const { height, width, channels, interpolation, cropToAspectRatio } = form;
  const imageOptions = {
    height,
    width,
    channels,
    ...(interpolation && { interpolation }),
    ...(cropToAspectRatio !== undefined && { cropToAspectRatio }),
  };
  const pixelsOf = async ({ path }: ImageFile): Promise<Uint8Array> =>
    (await readImage(path, imageOptions)).data;
  const whole = skipBad
    ? await examine(
        heads.good.map(({ file }) => file),
        async (file) => void (await pixelsOf(file)),
      )
    : heads;
  const skipped = skipBad ? [...heads.bad, ...whole.bad] : [];
  const { files, classNames, without } = withoutEmptyClasses(
    folder,
    list.classNames,
    whole.good.map(({ file }) => file),
    skipBad,
  );
  const { kept, held } = splitByClass(folder, files, classNames.length, validationSplit, seed);
  const read = (some: Stream<ImageFile>): Stream<Sample> =>
    some.map(async (file) => ({ x: await pixelsOf(file), y: file.label }), { parallel: filesAtOnce });
  const loaded = (some: readonly ImageFile[]): Promise<Dataset> =>
    load(folder, some, [height, width, channels], classNames, pixelsOf);
  return {
    folder,
    classNames,
    sampleShape: [height, width, channels],
    trainFiles: kept,
    validationFiles: held,
    train: read(shuffle ? stream(kept).shuffle(Math.max(1, kept.length), seed) : stream(kept)),
    validation: held.length > 0 ? read(stream(held)) : undefined,
    skipped: [...skipped, ...without],
    ignored: list.ignored,
    load: async () => ({
      train: await loaded(kept),
      validation: held.length > 0 ? await loaded(held) : undefined,
    }),
  };
}

function checkFolderOptions(options: ImageFolderOptions): void {
  checkOptions("imageFolder", options, imageFolderOptions);
  const { imageSize, channels, validationSplit = 0, interpolation } = options;
  const [height, width] = imageSize ?? [];
  checkImageOptions("imageFolder", {
    ...(imageSize && { height: height as number, width: width as number }),
    ...(channels !== undefined && { channels }),
    ...(interpolation !== undefined && { interpolation }),
  });
  if (validationSplit >= 0 && validationSplit < 1) return;
  throw new OptionError({
    where: "imageFolder",
    expected: "validationSplit at least 0 and below 1",
    received: String(validationSplit),
  });
}

interface Head {
  readonly path: string;
  readonly info: ImageInfo;
}

/** Size and channels of all images. @throws DataError naming the first two that differ, if nothing is asked for */
function commonForm(folder: string, options: ImageFolderOptions, heads: readonly Head[]) {
  const { imageSize, channels, interpolation, cropToAspectRatio } = options;
  if (heads.length === 0) {
    throw new DataError({ where: folder, expected: "images that can be read", received: "none" });
  }
  const same = (what: string, of: (info: ImageInfo) => string, hint: string): void => {
    const other = heads.find(({ info }) => of(info) !== of(heads[0].info));
    if (!other) return;
    throw new DataError({
      where: other.path,
      expected: `${of(heads[0].info)}, as ${heads[0].path} has`,
      received: of(other.info),
      hint: `${what}: ${hint}`,
    });
  };
  const [{ info }] = heads;
  if (!imageSize) {
    const size = ({ height, width }: ImageInfo): string => `${width} × ${height} pixels`;
    same(
      "For images of different sizes say to which",
      size,
      "imageSize: [height, width] (--image-size 64x64).",
    );
  }
  if (!channels) {
    const kind = ({ isGrey }: ImageInfo): string => (isGrey ? "grey" : "color");
    same("For grey and colored images together say which", kind, "channels: 3 or 1 (--channels 3).");
  }
  const [height, width] = imageSize ?? [info.height, info.width];
  return {
    height,
    width,
    channels: channels ?? (info.isGrey ? 1 : 3),
    interpolation,
    cropToAspectRatio,
  } as const;
}

/** @throws DataError for a class of which there is no image, unless it may be left out */
function withoutEmptyClasses(
  folder: string,
  classNames: readonly string[],
  files: readonly ImageFile[],
  skips: boolean,
): { files: readonly ImageFile[]; classNames: readonly string[]; without: readonly LeftOut[] } {
  const present = new Set(files.map(({ label }) => label));
  if (present.size === classNames.length) return { files, classNames, without: [] };
  const empty = classNames.filter((_, label) => !present.has(label));
  if (!skips || present.size === 0) {
    throw new DataError({
      where: folder,
      expected: `images of all ${classNames.length} classes`,
      received: `none of ${empty.map((name) => JSON.stringify(name)).join(", ")}`,
      hint: "Remove empty folders, or leave them out (skipBad, --skip-bad).",
    });
  }
  const left = classNames.filter((_, label) => present.has(label));
  return {
    classNames: left,
    files: files.map(({ path, label }) => ({ path, label: left.indexOf(classNames[label]) })),
    without: empty.map((name) => ({ path: paths().join(folder, name), reason: "a class without images" })),
  };
}

/** Holds back the same share of every class, chosen by the seed. @throws DataError if nothing is left to train on */
function splitByClass(
  folder: string,
  files: readonly ImageFile[],
  classes: number,
  share: number,
  seed: number,
): { kept: readonly ImageFile[]; held: readonly ImageFile[] } {
  if (share === 0) return { kept: files, held: [] };
  const isHeld = new Set<ImageFile>();
  for (let label = 0; label < classes; label++) {
    const own = files.filter((file) => file.label === label);
    const order = permutation(own.length, createRandom(seed, `imageFolder/split/${label}`));
    for (const i of order.subarray(0, Math.round(own.length * share))) isHeld.add(own[i]);
  }
  const kept = files.filter((file) => !isHeld.has(file));
  if (kept.length > 0 && isHeld.size > 0) return { kept, held: files.filter((file) => isHeld.has(file)) };
  throw new DataError({
    where: folder,
    expected: "images on both sides of the split",
    received: `${kept.length} and ${isHeld.size}`,
  });
}

async function load(
  folder: string,
  files: readonly ImageFile[],
  sampleShape: readonly [number, number, number],
  classNames: readonly string[],
  pixelsOf: (file: ImageFile) => Promise<Uint8Array>,
): Promise<Dataset> {
  const size = sampleShape[0] * sampleShape[1] * sampleShape[2];
  const x = new Uint8Array(files.length * size);
  const { bad } = await examine(files, async (file, i) => x.set(await pixelsOf(file), i * size));
  if (bad.length > 0) throw badFiles(folder, bad, files.length);
  const y = Int32Array.from(files, ({ label }) => label);
  return dataset({ x, y, sampleShape, classNames });
}
