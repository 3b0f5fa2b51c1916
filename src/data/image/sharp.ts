import { UsageError } from "../../core/errors.ts";

/** What is used of sharp; its own types are there only where it is installed. */
export interface Decoder {
  /** Without an angle: as the EXIF data say. */
  rotate(): Decoder;
  pipelineColourspace(name: "cmyk"): Decoder;
  toColourspace(name: "srgb" | "rgb16" | "b-w" | "cmyk"): Decoder;
  extract(region: { left: number; top: number; width: number; height: number }): Decoder;
  resize(width: number, height: number, options: { fit: "fill"; kernel: string }): Decoder;
  flatten(options: { background: string }): Decoder;
  ensureAlpha(): Decoder;
  raw(options: { depth: "uchar" | "ushort" }): Decoder;
  metadata(): Promise<Metadata>;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array;
    info: { width: number; height: number; channels: number };
  }>;
}

export interface Metadata {
  /** Before it is turned upright. */
  readonly width: number;
  readonly height: number;
  readonly space: string;
  readonly channels: number;
  /** Of a sample: `"uchar"`, `"ushort"`. */
  readonly depth: string;
  /** EXIF's; from 5 on the sides are swapped. */
  readonly orientation?: number;
}

export interface DecoderOptions {
  limitInputPixels?: number | false;
  ignoreIcc?: boolean;
  raw?: { width: number; height: number; channels: number };
}

/** @param source bytes, or the path of a file */
export type Sharp = (source: Uint8Array | string, options?: DecoderOptions) => Decoder;

/** Typed as any string, so that neither bundlers nor the compiler ask for a package that is optional. */
const packageName: string = "sharp";

/** @throws UsageError if the optional package is not installed. */
export async function loadSharp(where: string): Promise<Sharp> {
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
