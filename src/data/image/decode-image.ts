import { FileError, OptionError } from "../../core/errors.ts";
import { readFile, readHead } from "../../core/files.ts";
import { checkOptions, lookUp } from "../../core/names.ts";
import { decodeBmp } from "./decode-bmp.ts";
import { cropFor } from "./fit-picture.ts";
import { type ImageFormat, imageFormat } from "./image-format.ts";
import type { Picture } from "./picture.ts";
import { type Decoder, loadSharp, type Metadata, type Sharp } from "./sharp.ts";

/** How pixels in between are found when an image changes its size, by Keras's names. */
const kernels = {
  nearest: "nearest",
  bilinear: "linear",
  bicubic: "cubic",
  mitchellcubic: "mitchell",
  lanczos3: "lanczos3",
};
export type Interpolation = keyof typeof kernels;

export interface ReadImageOptions {
  /** Stretch to this size; both sides, or neither. */
  width?: number;
  height?: number;
  /**
   * 1 grey, 3 RGB, 4 RGBA. Default: as the file has them, transparency too. What is transparent is put on white where
   * there is no channel for it; grey is 0.299 red + 0.587 green + 0.114 blue.
   */
  channels?: 1 | 3 | 4;
  /** Bits of a sample: 16 keeps what files of 16 bits have, and gives a `Uint16Array`. Default 8. */
  depth?: 8 | 16;
  /** Default `"bilinear"`. Shrinking takes all pixels into account, as Keras does with `antialias`, but by default does not. */
  interpolation?: Interpolation;
  /** Cut off what is too wide or too high, the same on both sides, instead of stretching. Default false. */
  cropToAspectRatio?: boolean;
  /** More pixels are refused before they are decoded. Default 2²⁶, 8192 × 8192. */
  maxPixels?: number;
}

const readImageOptions = [
  "width",
  "height",
  "channels",
  "depth",
  "interpolation",
  "cropToAspectRatio",
  "maxPixels",
];

const mostPixels = 2 ** 26;

/** @throws OptionError for options that do not exist or make no sense. */
export function checkImageOptions(where: string, options: ReadImageOptions): void {
  checkOptions(where, options, readImageOptions);
  const { width, height, channels = 3, depth = 8, interpolation = "bilinear" } = options;
  const require = (holds: boolean, expected: string, received: unknown): void => {
    if (!holds) throw new OptionError({ where, expected, received: String(received) });
  };
  require((width === undefined) ===
    (height === undefined), "both width and height, or neither", `${width} × ${height}`);
  for (const side of [width, height]) {
    require(side === undefined ||
      (Number.isInteger(side) && side >= 1 && side <= 16384), "whole sides from 1 to 16384", side);
  }
  require([1, 3, 4].includes(channels), "channels 1, 3 or 4", channels);
  require(depth === 8 || depth === 16, "depth 8 or 16", depth);
  lookUp(`${where}, interpolation`, kernels, interpolation);
}

/** What is known of an image without decoding it. */
export interface ImageInfo {
  readonly format: ImageFormat;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly isGrey: boolean;
}

/**
 * Looks only at the head of an image.
 *
 * @throws FileError if it is none that is read.
 * @throws UsageError if the optional package sharp is not installed.
 */
export async function imageInfo(bytes: Uint8Array, where: string): Promise<ImageInfo> {
  return withReasons(bytes, where, async () => infoOf(await open(bytes, where, mostPixels)));
}

function infoOf({ format, width, height, metadata: { channels, space } }: Opened): ImageInfo {
  return { format, width, height, channels, isGrey: channels < 3 || space === "b-w" || space === "grey16" };
}

/**
 * As `imageInfo`, of a file: no more of it is read than is needed.
 *
 * @throws FileError if it cannot be read, or is no image that is read.
 */
export async function imageFileInfo(path: string): Promise<ImageInfo> {
  const head = await readHead(path, 32);
  if (imageFormat(head) === "bmp" || imageFormat(head) === undefined)
    return imageInfo(await readFile(path), path);
  return withReasons(head, path, async () => infoOf(await open(head, path, mostPixels, path)));
}

/** Decodes the bytes of an image file: pixels of 8 bits, upright. */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  options?: ReadImageOptions & { depth?: 8 },
): Promise<Picture<Uint8Array>>;
/** Pixels of 16 bits. */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  options: ReadImageOptions & { depth: 16 },
): Promise<Picture<Uint16Array>>;
/**
 * Decodes a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP file in Node: of moving pictures the first, upright as EXIF says, without
 * conversion of colors; CMYK by the plain product (1 − c)(1 − k).
 *
 * @param where name of the file, for errors
 * @throws FileError if it is no such image, damaged, or larger than `maxPixels`.
 * @throws UsageError if the optional package sharp is not installed.
 * @example
 * const picture = await decodeImage(upload, "upload", { width: 28, height: 28, channels: 1 });
 */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  options: ReadImageOptions = {},
): Promise<Picture<Uint8Array> | Picture<Uint16Array>> {
  checkImageOptions(where, options);
  return withReasons(bytes, where, () => decode(bytes, where, options));
}

/** @throws FileError with what sharp says, unless the error is ours. */
async function withReasons<Result>(
  bytes: Uint8Array,
  where: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && "expected" in cause) throw cause;
    throw new FileError(
      {
        where,
        expected: "a whole PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP image",
        received: bytes.length === 0 ? "an empty file" : reasonOf(cause),
      },
      { cause },
    );
  }
}

function reasonOf(cause: unknown): string {
  return String((cause as Error).message).split("\n", 1)[0];
}

interface Opened {
  readonly format: ImageFormat;
  readonly image: Decoder;
  readonly metadata: Metadata;
  readonly sharp: Sharp;
  readonly width: number;
  readonly height: number;
}

/** @throws FileError if the bytes are no image, or have too many pixels: nothing is decoded yet. */
async function open(
  bytes: Uint8Array,
  where: string,
  maxPixels: number,
  source: Uint8Array | string = bytes,
): Promise<Opened> {
  const format = imageFormat(bytes);
  if (!format) {
    throw new FileError({
      where,
      expected: "a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP image",
      received: bytes.length === 0 ? "an empty file" : "bytes that begin like none of them",
    });
  }
  const sharp = await loadSharp(where);
  if (format === "bmp") {
    const { width, height, channels, data } = decodeBmp(bytes, where, maxPixels);
    const metadata = { width, height, channels, space: "srgb", depth: "uchar" };
    const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    return { format, image, metadata, sharp, width, height };
  }
  const metadata = await sharp(source, { limitInputPixels: false }).metadata();
  if (metadata.width * metadata.height > maxPixels) {
    throw new FileError({
      where,
      expected: `at most ${maxPixels} pixels`,
      received: `${metadata.width} × ${metadata.height}`,
    });
  }
  const isTurned = (metadata.orientation ?? 1) >= 5;
  return {
    format,
    image: sharp(source, { limitInputPixels: maxPixels, ignoreIcc: true }).rotate(),
    metadata,
    sharp,
    width: isTurned ? metadata.height : metadata.width,
    height: isTurned ? metadata.width : metadata.height,
  };
}

async function decode(
  bytes: Uint8Array,
  where: string,
  options: ReadImageOptions,
): Promise<Picture<Uint8Array> | Picture<Uint16Array>> {
  const { channels, depth = 8, maxPixels = mostPixels } = options;
  const opened = await open(bytes, where, maxPixels);
  let { image } = opened;
  if (opened.metadata.space === "cmyk") image = await withoutInk(opened);
  const isDeep = depth === 16 && opened.metadata.depth === "ushort";
  image = resized(image, opened, options).toColourspace(isDeep ? "rgb16" : "srgb");
  if (channels === 1 || channels === 3) image = image.flatten({ background: "white" });
  if (channels === 4) image = image.ensureAlpha();
  const { data, info } = await image
    .raw({ depth: isDeep ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const bytes8 = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let samples: Uint8Array | Uint16Array = bytes8;
  if (isDeep) samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  else if (depth === 16) samples = Uint16Array.from(bytes8, (value) => value * 257);
  const picture = { width, height, channels: info.channels, data: samples } as Picture<Uint8Array>;
  return channels === 1 && info.channels > 1 ? grey(picture) : picture;
}

/** CMYK → RGB by the plain product, as Pillow does it: profiles are not applied. */
async function withoutInk({ image, sharp }: Opened): Promise<Decoder> {
  const { data, info } = await image
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const light = 255 - data[i * channels + 3];
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(((255 - data[i * channels + c]) * light) / 255);
  }
  return sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: false });
}

function resized(image: Decoder, { width, height }: Opened, options: ReadImageOptions): Decoder {
  const { width: toWidth, height: toHeight, interpolation = "bilinear", cropToAspectRatio } = options;
  if (!toWidth || !toHeight) return image;
  const kernel = lookUp("interpolation", kernels, interpolation);
  if (!cropToAspectRatio) return image.resize(toWidth, toHeight, { fit: "fill", kernel });
  return image
    .extract(cropFor({ width, height }, toWidth, toHeight))
    .resize(toWidth, toHeight, { fit: "fill", kernel });
}

/** The brightness of ITU-R BT.601, as JPEG and `tf.image.rgb_to_grayscale` have it. */
function grey({ width, height, channels, data }: Picture<Uint8Array>): Picture<Uint8Array> {
  const result = new (data.constructor as Uint8ArrayConstructor)(width * height);
  for (let i = 0; i < result.length; i++) {
    const at = i * channels;
    const value = channels < 3 ? data[at] : 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    result[i] = Math.round(value);
  }
  return { width, height, channels: 1, data: result };
}
