import { encode } from "fast-png";

/** Bytes of an image file, if an image [height, width, channels] can be a PNG. */
export function encodePicture(data: Uint8Array, shape: readonly number[]): Uint8Array | undefined {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || channels > 4) return undefined;
  return encode({ width, height, channels, depth: 8, data });
}

/** The pixels of one sample as bytes; nothing for data that are not bytes. */
export function samplePixels(
  x: Float32Array | Int32Array | Uint8Array,
  size: number,
  sample: number,
): Uint8Array | undefined {
  return x instanceof Uint8Array ? x.subarray(sample * size, (sample + 1) * size) : undefined;
}

export function dataUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
