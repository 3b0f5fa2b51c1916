import { DataError, FileError } from "../../core/errors.ts";
import { type FitOptions, fitPicture } from "./fit-picture.ts";
import { imageFormat } from "./image-format.ts";
import type { Picture } from "./picture.ts";

/** What a page can draw. */
type Drawable =
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame;

/**
 * A picture in any form: path of a file (Node) or address (page), the bytes of one, `ImageData`, a {@link Picture}, or what
 * a page can draw: canvas, image, video, `ImageBitmap`.
 */
export type ImageSource = string | URL | Uint8Array | Blob | Picture | ImageData | Drawable;

const isPage = (): boolean => typeof createImageBitmap === "function";

function isPicture(source: object): source is Picture | ImageData {
  return "data" in source && "width" in source && "height" in source;
}

/**
 * Brings a picture to the size and channels of a model: bytes [height, width, channels].
 *
 * @throws FileError or DataError if it is no picture.
 * @throws UsageError in Node for files if the optional package sharp is not installed.
 */
export async function imagePixels(
  source: ImageSource,
  shape: readonly number[],
  fit: FitOptions,
): Promise<Uint8Array> {
  if (typeof source === "object" && source !== null && isPicture(source)) {
    return fitPicture({ channels: 4, ...pictureOf(source) }, shape, fit);
  }
  const where = typeof source === "string" || source instanceof URL ? String(source) : "image";
  if (!isPage()) return pixelsInNode(source, where, shape, fit);
  if (typeof source === "string" || source instanceof URL) {
    const response = await fetch(source);
    if (!response.ok) {
      throw new FileError({ where, expected: "the file to be there", received: `status ${response.status}` });
    }
    return imagePixels(await response.blob(), shape, fit);
  }
  if (source instanceof Uint8Array || source instanceof Blob) {
    const bitmap = await decodeInPage(source, where);
    try {
      return fitPicture(draw(bitmap), shape, fit);
    } finally {
      bitmap.close();
    }
  }
  return fitPicture(draw(source as Drawable), shape, fit);
}

function pictureOf(source: Picture | ImageData): Omit<Picture, "channels"> & { channels?: number } {
  const { width, height, data } = source;
  return "channels" in source
    ? { width, height, data: data as Uint8Array, channels: source.channels }
    : { width, height, data: data as Uint8ClampedArray };
}

async function pixelsInNode(
  source: ImageSource,
  where: string,
  [height, width, channels]: readonly number[],
  fit: FitOptions,
): Promise<Uint8Array> {
  const options = { height, width, channels: channels as 1 | 3 | 4, ...fit };
  const { decodeImage } = await import("./decode-image.ts");
  if (typeof source === "string" || source instanceof URL) {
    const { readFile } = await import("../../core/files.ts");
    return (await decodeImage(await readFile(pathOf(source)), where, options)).data;
  }
  if (source instanceof Blob) {
    return (await decodeImage(new Uint8Array(await source.arrayBuffer()), where, options)).data;
  }
  if (source instanceof Uint8Array) return (await decodeImage(source, where, options)).data;
  throw new DataError({
    where,
    expected: "a path, the bytes of an image file, or pixels { width, height, channels, data }",
    received: source === null ? "null" : typeof source,
  });
}

function pathOf(source: string | URL): string {
  if (typeof source === "string") return source;
  if (source.protocol === "file:") return decodeURIComponent(source.pathname);
  throw new DataError({ where: String(source), expected: "the path of a file", received: source.protocol });
}

/** Without premultiplied alpha and conversion of colors, so that the numbers are those of the file. */
async function decodeInPage(source: Uint8Array | Blob, where: string): Promise<ImageBitmap> {
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>]);
  const head = new Uint8Array(await blob.slice(0, 32).arrayBuffer());
  const received = imageFormat(head);
  const refuse = (problem: string, cause?: unknown): FileError =>
    new FileError(
      { where, expected: "a PNG, JPEG, WebP, GIF, AVIF or BMP image, as pages decode", received: problem },
      { cause },
    );
  if (received === undefined) throw refuse("bytes that begin like none of them");
  if (received === "tiff") throw refuse("TIFF");
  try {
    return await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  } catch (cause) {
    throw refuse("a damaged one", cause);
  }
}

function draw(source: Drawable): Picture {
  const { width, height } = sizeOf(source);
  const context = new OffscreenCanvas(Math.max(1, width), Math.max(1, height)).getContext("2d", {
    willReadFrequently: true,
  });
  if (!context || !(width > 0 && height > 0)) {
    throw new DataError({
      where: "image",
      expected: "a picture with pixels",
      received: `${width} × ${height}`,
    });
  }
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, channels: 4, data };
}

function sizeOf(source: Drawable): { width: number; height: number } {
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: source.width, height: source.height };
}
