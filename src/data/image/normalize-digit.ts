import { DataError } from "../../core/errors.ts";
import type { Picture } from "./picture.ts";
import { type Plane, resample } from "./resample.ts";

/** Side of the frame, and of the box inside it that the ink fits. */
const frameSide = 28;
const boxSide = 20;

/** Less difference than this between ink and background is an even surface. */
const leastContrast = 16;

/** Share of the full brightness that counts as ink when the picture is cropped. */
const inkShare = 0.1;

/**
 * Makes a picture of a digit what the pictures of MNIST are: [height, width, channels] → [28, 28, 1], bytes.
 *
 * Grey, bright ink on black, cropped to the ink, scaled to fit 20 × 20, and put into the frame by its centre of mass.
 * Any size and colour will do; ink on paper is told from chalk on a board by the border. A digit of MNIST stays
 * nearly as it is.
 *
 * @param where name of the picture, for errors
 * @throws DataError if nothing is drawn on it, or its pixels are not as many as it says.
 * @see https://web.archive.org/web/20211125025603/http://yann.lecun.com/exdb/mnist/
 * @example
 * const pixels = context.getImageData(0, 0, 280, 280); // of a canvas; its channels are 4
 * const { data } = await model.predict(normalizeDigit({ ...pixels, channels: 4 }));
 */
export function normalizeDigit(picture: Picture, where = "normalizeDigit"): Uint8Array {
  checkPicture(picture, where);
  const ink = inkOf(picture, where);
  const cropped = crop(ink);
  const scale = boxSide / Math.max(cropped.width, cropped.height);
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const scaled = resample(cropped, side(cropped.width), side(cropped.height));
  return center(scaled);
}

function checkPicture({ width, height, channels, data }: Picture, where: string): void {
  const isPossible = width >= 1 && height >= 1 && channels >= 1 && channels <= 4;
  if (isPossible && data.length === width * height * channels) return;
  throw new DataError({
    where,
    expected: "width · height · channels bytes, with 1 to 4 channels",
    received: `${data.length} bytes for ${width} × ${height} × ${channels}`,
  });
}

/** Brightness; what is transparent becomes the background that the ink stands out from. */
function brightness({ width, height, channels, data }: Picture): Float32Array {
  const size = width * height;
  const grey = new Float32Array(size);
  const hasAlpha = channels === 2 || channels === 4;
  let opaque = 0;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const at = i * channels;
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    grey[i] = channels < 3 ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
    const alpha = hasAlpha ? data[at + channels - 1] : 255;
    opaque += alpha;
    sum += alpha * grey[i];
  }
  if (!hasAlpha) return grey;
  const backdrop = sum < opaque * 127.5 ? 255 : 0;
  return grey.map((value, i) => {
    const alpha = data[i * channels + channels - 1] / 255;
    return alpha * value + (1 - alpha) * backdrop;
  });
}

/** Ink from 0 to 255 on a background of 0. */
function inkOf(picture: Picture, where: string): Plane {
  const { width, height } = picture;
  const grey = brightness(picture);
  let darkest = 255;
  let brightest = 0;
  for (const value of grey) {
    darkest = Math.min(darkest, value);
    brightest = Math.max(brightest, value);
  }
  if (brightest - darkest < leastContrast) {
    throw new DataError({
      where,
      expected: "a digit that stands out from its background",
      received: `an even picture, brightness ${Math.round(darkest)} to ${Math.round(brightest)} of 255`,
    });
  }
  const border = grey.filter((_, i) => isBorder(i, width, height)).sort();
  const median = border[border.length >> 1];
  const isPaper = median > (darkest + brightest) / 2;
  const ink = isPaper ? darkest : brightest;
  /* A stroke may touch the border; of what is nearer to the paper, nine tenths are background, shadows included. */
  const paper = border.filter((value) => Math.abs(value - median) < Math.abs(ink - median) / 2);
  const tenth = Math.floor((paper.length - 1) * 0.1);
  const background = isPaper ? paper[tenth] : paper[paper.length - 1 - tenth];
  const range = ink - background;
  return { width, height, data: grey.map((value) => Math.max(0, (value - background) / range) * 255) };
}

function isBorder(i: number, width: number, height: number): boolean {
  const x = i % width;
  const y = (i - x) / width;
  return x === 0 || y === 0 || x === width - 1 || y === height - 1;
}

/** The smallest part that holds all ink. */
function crop({ width, height, data }: Plane): Plane {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (const [i, value] of data.entries()) {
    if (value < inkShare * 255) continue;
    const x = i % width;
    const y = (i - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const cropped = { width: right - left + 1, height: bottom - top + 1 };
  const part = new Float32Array(cropped.width * cropped.height);
  for (let y = 0; y < cropped.height; y++) {
    const from = (top + y) * width + left;
    part.set(data.subarray(from, from + cropped.width), y * cropped.width);
  }
  return { ...cropped, data: part };
}

/** Puts the centre of mass into pixel 14, 14, [13.5, 14.5) both ways as in MNIST, and the brightest pixel to 255. */
function center({ width, height, data }: Plane): Uint8Array {
  let [mass, massX, massY, brightest] = [0, 0, 0, 0];
  for (const [i, value] of data.entries()) {
    const x = i % width;
    mass += value;
    massX += value * x;
    massY += value * ((i - x) / width);
    brightest = Math.max(brightest, value);
  }
  const offset = (moment: number, length: number): number =>
    Math.min(Math.max(0, Math.ceil(13.5 - moment / mass - 1e-6)), frameSide - length);
  const left = offset(massX, width);
  const top = offset(massY, height);
  const frame = new Uint8Array(frameSide * frameSide);
  for (const [i, value] of data.entries()) {
    const x = i % width;
    const y = (i - x) / width;
    frame[(top + y) * frameSide + left + x] = Math.round((value / brightest) * 255);
  }
  return frame;
}
