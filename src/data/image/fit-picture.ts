import { DataError } from "../../core/errors.ts";
import type { Picture } from "./picture.ts";
import { type Plane, type ResampleFilter, resample } from "./resample.ts";

export interface FitOptions {
  readonly interpolation?: ResampleFilter;
  readonly cropToAspectRatio?: boolean;
}

/** Reads a channel of a pixel on white paper. */
type Channel = (at: number) => number;

/** Channels as a model wants them, of those that a picture has: grey, grey + alpha, RGB or RGBA. */
function channelsOf({ data, channels }: Picture, wanted: number): Channel[] {
  const hasAlpha = channels === 2 || channels === 4;
  const alpha: Channel = (at) => (hasAlpha ? data[at + channels - 1] : 255);
  const onPaper =
    (channel: number): Channel =>
    (at) =>
      hasAlpha ? (data[at + channel] * alpha(at)) / 255 + 255 - alpha(at) : data[at + channel];
  const isGrey = channels < 3;
  const [red, green, blue] = [0, 1, 2].map((channel) => onPaper(isGrey ? 0 : channel));
  if (wanted === 1) {
    if (isGrey) return [red];
    return [(at) => 0.299 * red(at) + 0.587 * green(at) + 0.114 * blue(at)];
  }
  if (wanted === 3) return [red, green, blue];
  return [
    ...[0, 1, 2].map(
      (channel): Channel =>
        (at) =>
          data[at + (isGrey ? 0 : channel)],
    ),
    alpha,
  ];
}

/**
 * Brings a picture in memory to the size and channels of a model: bytes [height, width, channels]. Transparency is put on
 * white paper, grey is 0.299 red + 0.587 green + 0.114 blue.
 *
 * @throws DataError if its pixels are not as many as its sides say, or its channels not 1 to 4.
 */
export function fitPicture(
  picture: Picture,
  [height, width, channels]: readonly number[],
  { interpolation = "bilinear", cropToAspectRatio = false }: FitOptions = {},
): Uint8Array {
  const bytes = picture.width * picture.height * picture.channels;
  if (![1, 2, 3, 4].includes(picture.channels) || picture.data.length !== bytes || bytes === 0) {
    throw new DataError({
      where: "picture",
      expected: "width × height × channels (1 to 4) bytes",
      received: `${picture.data.length} bytes for ${picture.width} × ${picture.height} × ${picture.channels}`,
    });
  }
  const region = cropToAspectRatio
    ? cropFor(picture, width, height)
    : { left: 0, top: 0, width: picture.width, height: picture.height };
  const result = new Uint8Array(height * width * channels);
  for (const [channel, read] of channelsOf(picture, channels).entries()) {
    const plane: Plane = {
      width: region.width,
      height: region.height,
      data: Float32Array.from({ length: region.width * region.height }, (_, i) => {
        const y = region.top + Math.floor(i / region.width);
        return read((y * picture.width + region.left + (i % region.width)) * picture.channels);
      }),
    };
    const { data } = resample(plane, width, height, interpolation);
    for (const [i, value] of data.entries()) {
      result[i * channels + channel] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return result;
}

/**
 * The middle of a picture that has the shape of another size.
 *
 * @see https://keras.io/api/data_loading/image/ (`smart_resize`): whole pixels, the smaller rest above and to the left
 */
export function cropFor(
  { width, height }: { width: number; height: number },
  toWidth: number,
  toHeight: number,
) {
  const cropWidth = Math.max(1, Math.min(width, Math.floor((height * toWidth) / toHeight)));
  const cropHeight = Math.max(1, Math.min(height, Math.floor((width * toHeight) / toWidth)));
  return {
    left: Math.floor((width - cropWidth) / 2),
    top: Math.floor((height - cropHeight) / 2),
    width: cropWidth,
    height: cropHeight,
  };
}
