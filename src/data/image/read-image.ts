import { readFile } from "../../core/files.ts";
import { decodeImage, type ReadImageOptions } from "./decode-image.ts";
import type { Picture } from "./picture.ts";

/** Pixels of 8 bits. */
export async function readImage(
  path: string,
  options?: ReadImageOptions & { depth?: 8 },
): Promise<Picture<Uint8Array>>;
/** Pixels of 16 bits. */
export async function readImage(
  path: string,
  options: ReadImageOptions & { depth: 16 },
): Promise<Picture<Uint16Array>>;
/**
 * Reads a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP file: pixels of 8 bits, turned as its EXIF data say.
 *
 * @throws FileError if the file cannot be read, is no image, is damaged, or larger than `maxPixels`.
 * @throws UsageError if the optional package sharp is not installed.
 * @example
 * const picture = await readImage("seven.png");
 */
export async function readImage(
  path: string,
  options: ReadImageOptions = {},
): Promise<Picture<Uint8Array> | Picture<Uint16Array>> {
  return decodeImage(await readFile(path), path, options as ReadImageOptions & { depth?: 8 });
}
