import type { NumberArray } from "../arrays/array.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape } from "../core/shape.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import {
  type ClassOptions,
  chooseClass,
  classOptions,
  prepareScore,
  runScore,
  scoresPerSample,
} from "./class-score.ts";
import { enterImage } from "./opened-model.ts";
import { requireCount } from "./require.ts";

export interface OcclusionOptions extends ClassOptions {
  /** Which number of the class: what comes out (`"output"`, the default), or before the last softmax (`"logit"`). */
  score?: "output" | "logit";
  /** Side of the square that is covered, in pixels. Default: a quarter of the shorter side. */
  size?: number;
  /** Pixels from one place to the next. Default: half the size. */
  stride?: number;
  /** What covered pixels become, as the first layer sees them. Default 0. */
  value?: number;
}

/** How much the score of a class falls when a part of the image is covered. */
export interface OcclusionMap extends NumberArray {
  /** For each place of the square, [rows, columns]: score of the whole image − score with the square covered. */
  readonly data: Float32Array;
  readonly class: number;
  /** Score of the whole image. */
  readonly score: number;
  readonly size: number;
  /** Top edges of the rows and left edges of the columns, in pixels. */
  readonly tops: readonly number[];
  readonly lefts: readonly number[];
  /** For each pixel, [H, W]: the mean over the squares that cover it. */
  readonly overlay: NumberArray;
}

const batchSize = 16;

/**
 * How much the score of a class falls when a square of the image is covered, for every place of the square.
 *
 * The last row and column of places end at the edge of the image, however large the stride.
 *
 * @throws OptionError if the square is larger than the image.
 * @see Zeiler & Fergus 2013, "Visualizing and understanding convolutional networks"
 * @example
 * const { data, shape } = await occlusion(model, test.x.subarray(0, 784), { size: 7, stride: 7 }); // [4, 4]
 */
export async function occlusion(
  model: Model,
  image: NamedNumbers,
  options: OcclusionOptions = {},
): Promise<OcclusionMap> {
  const where = "occlusion";
  checkOptions(where, options, [...classOptions, "size", "stride", "value"]);
  const session = await model.open();
  const entered = await enterImage(where, session.network, image);
  if (entered.shape.length !== 3) {
    throw new ShapeError({
      where,
      expected: "a model of images [H, W, C]",
      received: formatShape(entered.shape),
    });
  }
  const [height, width, channels] = entered.shape;
  const side = Math.min(height, width);
  const { score = "output", value = 0, size = Math.max(1, Math.round(side / 4)) } = options;
  const { stride = Math.max(1, Math.floor(size / 2)) } = options;
  requireCount(where, "size", size);
  requireCount(where, "stride", stride);
  if (size > side || !Number.isFinite(value)) {
    throw new OptionError({
      where,
      expected: `size to be at most ${side} pixels, and value a finite number`,
      received: `${size} and ${value}`,
    });
  }
  const chosen = await chooseClass(where, session, entered, { ...options, score });
  const tops = starts(height, size, stride);
  const lefts = starts(width, size, stride);
  const places = tops.flatMap((top) => lefts.map((left) => ({ top, left })));
  const covered = ({ top, left }: { top: number; left: number }): Float32Array => {
    const copy = entered.data.slice();
    for (let y = top; y < top + size; y++)
      copy.fill(value, (y * width + left) * channels, (y * width + left + size) * channels);
    return copy;
  };
  const scoresOf = async (images: readonly Float32Array[]): Promise<Float64Array> => {
    const batch = new Float32Array(images.length * entered.data.length);
    for (const [i, pixels] of images.entries()) batch.set(pixels, i * pixels.length);
    const program = await prepareScore(session, "classes", entered, images.length, score, () => []);
    const numbers = await runScore(session, program, entered, batch, -1);
    return scoresPerSample(numbers, program.graph.scores, chosen);
  };
  const [whole] = await scoresOf([entered.data]);
  const data = new Float32Array(places.length);
  for (let done = 0; done < places.length; done += batchSize) {
    const scores = await scoresOf(places.slice(done, done + batchSize).map(covered));
    for (const [i, part] of scores.entries()) data[done + i] = whole - part;
  }
  const overlay = spread(data, places, { height, width, size });
  return {
    data,
    shape: [tops.length, lefts.length],
    class: chosen,
    score: whole,
    size,
    tops,
    lefts,
    overlay: { data: overlay, shape: [height, width] },
  };
}

/** Places along an axis, the last one at the edge. */
function starts(length: number, size: number, stride: number): number[] {
  const count = Math.ceil((length - size) / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(i * stride, length - size));
}

/** For each pixel the mean of the squares that cover it. */
function spread(
  data: Float32Array,
  places: readonly { top: number; left: number }[],
  { height, width, size }: { height: number; width: number; size: number },
): Float32Array {
  const sums = new Float64Array(height * width);
  const counts = new Uint32Array(height * width);
  for (const [i, { top, left }] of places.entries()) {
    for (let y = top; y < top + size; y++) {
      for (let x = left; x < left + size; x++) {
        sums[y * width + x] += data[i];
        counts[y * width + x]++;
      }
    }
  }
  return Float32Array.from(sums, (sum, i) => (counts[i] > 0 ? sum / counts[i] : 0));
}
