import { FileError, UsageError } from "../../core/errors.ts";
import { readFile } from "../../core/files.ts";
import type { Picture } from "./picture.ts";

export interface ReadImageOptions {
  /** Stretch to this size; both sides, or neither. */
  width?: number;
  height?: number;
  /** 1 grey, 3 RGB. Default: as the file has them, transparency too. */
  channels?: 1 | 3;
}

/** What is used of sharp; its own types are there only where it is installed. */
interface Decoder {
  /** Without an angle: as the EXIF data say. */
  rotate(): Decoder;
  toColourspace(name: "srgb" | "b-w"): Decoder;
  resize(width: number, height: number, options: { fit: "fill" }): Decoder;
  flatten(options: { background: string }): Decoder;
  grayscale(): Decoder;
  raw(options: { depth: "uchar" }): Decoder;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array;
    info: { width: number; height: number; channels: number };
  }>;
}
type Sharp = (bytes: Uint8Array) => Decoder;

/** Typed as any string, so that neither bundlers nor the compiler ask for a package that is optional. */
const packageName: string = "sharp";

async function loadSharp(where: string): Promise<Sharp> {
  try {
    return ((await import(packageName)) as { default: Sharp }).default;
  } catch {
    throw new UsageError({
      where,
      expected: "the package sharp, which decodes images",
      received: "none that can be loaded",
      hint: 'Run "npm install sharp".',
    });
  }
}

/**
 * Reads a PNG, JPEG, WebP, GIF, AVIF or TIFF file: pixels of 8 bits, turned as its EXIF data say.
 *
 * @throws FileError if the file cannot be read, is no image, or is damaged.
 * @throws UsageError if the optional package sharp is not installed.
 * @example
 * const picture = await readImage("seven.png");
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Picture> {
  const { width, height, channels } = options;
  const bytes = await readFile(path);
  const sharp = await loadSharp(path);
  try {
    let image = sharp(bytes).rotate().toColourspace("srgb");
    if (width && height) image = image.resize(width, height, { fit: "fill" });
    if (channels === 3) image = image.flatten({ background: "white" });
    if (channels === 1) image = image.flatten({ background: "white" }).grayscale().toColourspace("b-w");
    const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      channels: info.channels,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  } catch (cause) {
    throw new FileError(
      {
        where: path,
        expected: "a PNG, JPEG, WebP, GIF, AVIF or TIFF image",
        received: bytes.length === 0 ? "an empty file" : firstLine((cause as Error).message),
      },
      { cause },
    );
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0];
}
