import type { NumberArray } from "../arrays/array.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape } from "../core/shape.ts";
import { type ColorMap, colorMaps, colorOf } from "./color-map.ts";
import { requireCount } from "./require.ts";

export interface PngOptions {
  /**
   * `"grey"`: dark to bright; `"sequential"`: for numbers ≥ 0; `"diverging"`: orange below 0, blue above. Default:
   * diverging if there are numbers below 0, else grey. Pictures of three channels are shown in their colours.
   */
  colors?: ColorMap;
  /** Number at the bright end, and at the dark one. Default: the largest |number|, and its negative or 0. */
  max?: number;
  min?: number;
  /** Pixels of the picture for each number. Default 1. */
  scale?: number;
  /** Maps side by side, for arrays of several channels. Default: as nearly square as can be. */
  columns?: number;
  /** An image [H, W, 1 or 3] of the same size, numbers in [0, 1], that the map is laid over. */
  over?: NumberArray;
}

const gap = 1;

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * A map, [H, W], or all channels of feature maps, [H, W, C], as a PNG file.
 *
 * Channels are shown side by side with a pixel between them, on one scale. NaN and infinite numbers are magenta.
 *
 * @throws ShapeError unless there are two or three axes.
 * @example
 * const { overlay } = await gradCam(model, test.x.subarray(0, 784));
 * const png = await toPng(overlay, { colors: "sequential", scale: 8 });
 */
export async function toPng(map: NumberArray, options: PngOptions = {}): Promise<Uint8Array> {
  checkOptions("toPng", options, ["colors", "max", "min", "scale", "columns", "over"]);
  const { encode } = await import("fast-png");
  const { width, height, data } = bitmapOf(map, options);
  return encode({ width, height, channels: 3, depth: 8, data });
}

/** The pixels of `toPng`, three bytes each. */
export function bitmapOf(map: NumberArray, options: PngOptions = {}): Bitmap {
  const [height, width, channels = 1] = map.shape;
  if (map.shape.length < 2 || map.shape.length > 3 || map.data.length !== height * width * channels) {
    throw new ShapeError({
      where: "toPng",
      expected: "a map [H, W] or maps [H, W, C]",
      received: formatShape(map.shape),
    });
  }
  const { scale = 1, colors } = options;
  requireCount("toPng", "scale", scale);
  if (colors !== undefined && !Object.hasOwn(colorMaps, colors)) {
    throw new OptionError({
      where: "toPng",
      expected: `colors to be one of ${Object.keys(colorMaps).join(", ")}`,
      received: JSON.stringify(colors),
    });
  }
  const [least, most] = rangeOf(map.data);
  const kind = colors ?? (least < 0 ? "diverging" : "grey");
  const reach = Math.max(Math.abs(least), Math.abs(most)) || 1;
  const { max = reach, min = kind === "diverging" ? -max : Math.min(0, least) } = options;
  const isPicture = channels === 3 && colors === undefined && least >= 0;
  const tiles = isPicture ? 1 : channels;
  const { columns = Math.ceil(Math.sqrt(tiles)) } = options;
  requireCount("toPng", "columns", columns);
  const across = Math.min(columns, tiles);
  const down = Math.ceil(tiles / across);
  const bitmap = {
    width: across * width * scale + (across - 1) * gap,
    height: down * height * scale + (down - 1) * gap,
  };
  const data = new Uint8Array(bitmap.width * bitmap.height * 3).fill(255);
  const share = (value: number): number => (value - min) / (max - min || 1);
  for (let tile = 0; tile < tiles; tile++) {
    const left = (tile % across) * (width * scale + gap);
    const top = Math.floor(tile / across) * (height * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const pixel = Math.floor(y / scale) * width + Math.floor(x / scale);
        const at = pixel * channels + tile;
        const color = isPicture
          ? [0, 1, 2].map((c) => share(map.data[pixel * 3 + c]) * 255)
          : colorOf(kind, share(map.data[at]));
        const under = options.over && greyOf(options.over, pixel);
        const strength = under === undefined ? 1 : blend(share(map.data[at]), kind);
        for (let c = 0; c < 3; c++)
          data[((top + y) * bitmap.width + left + x) * 3 + c] = Math.round(
            strength * Math.min(255, Math.max(0, color[c])) + (1 - strength) * (under ?? 0) * 255,
          );
      }
    }
  }
  return { ...bitmap, data };
}

/** How much of a map hides the image under it: strong numbers more. */
function blend(share: number, kind: ColorMap): number {
  const strength = kind === "diverging" ? Math.abs(2 * share - 1) : share;
  return 0.15 + 0.7 * Math.min(1, Math.max(0, strength));
}

function greyOf({ data, shape }: NumberArray, pixel: number): number {
  const [, , channels = 1] = shape;
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += data[pixel * channels + c];
  return Math.min(1, Math.max(0, sum / channels));
}

function rangeOf(numbers: Float32Array): [number, number] {
  let [least, most] = [0, 0];
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}
