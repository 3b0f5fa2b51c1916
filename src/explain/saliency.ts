import type { NumberArray } from "../arrays/array.ts";
import type { OutputArray } from "../backends/contract.ts";
import { checkOptions } from "../core/names.ts";
import { createRandom } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import type { Session } from "../training/session.ts";
import {
  type ClassOptions,
  chooseClass,
  classOptions,
  prepareScore,
  runScore,
  type ScoreKind,
} from "./class-score.ts";
import { type EnteredImage, enterImage } from "./opened-model.ts";
import { requireCount, requirePositive } from "./require.ts";

/** How much each pixel moves the score of a class. */
export interface PixelMap extends NumberArray {
  /** Row-major, [H, W]: the largest |gradient| of a pixel's channels. */
  readonly data: Float32Array;
  /** Gradient of the score with respect to every number of the image, [H, W, C], with sign. */
  readonly gradient: NumberArray;
  readonly class: number;
}

/**
 * How much each pixel moves the score of a class: |∂score / ∂pixel|, [H, W].
 *
 * @throws OptionError if there is no such class, UsageError for models with several inputs.
 * @see Simonyan, Vedaldi & Zisserman 2013, "Deep inside convolutional networks"
 * @example
 * const { data, shape } = await saliency(model, test.x.subarray(0, 784), { class: 7 }); // [28, 28]
 */
export async function saliency(
  model: Model,
  image: NamedNumbers,
  options: ClassOptions = {},
): Promise<PixelMap> {
  checkOptions("saliency", options, classOptions);
  const session = await model.open();
  const entered = await enterImage("saliency", session.network, image);
  const chosen = await chooseClass("saliency", session, entered, options);
  const gradient = await inputGradients(session, entered, entered.data, chosen, options.score ?? "logit");
  return pixelMap(gradient, entered, chosen);
}

export interface SmoothGradOptions extends ClassOptions {
  /** Noisy copies of the image. Default 50. */
  samples?: number;
  /** Standard deviation of the noise, as a share of the image's range. Default 0.15. */
  noise?: number;
  /** Decides the noise. Default 0. */
  seed?: number;
}

/** Images that are computed together. */
const batchSize = 16;

/**
 * Saliency averaged over copies of the image with noise: calmer maps, [H, W].
 *
 * @throws OptionError for options out of range.
 * @see Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise"
 * @example
 * const { data } = await smoothGrad(model, test.x.subarray(0, 784), { samples: 20 });
 */
export async function smoothGrad(
  model: Model,
  image: NamedNumbers,
  options: SmoothGradOptions = {},
): Promise<PixelMap> {
  checkOptions("smoothGrad", options, [...classOptions, "samples", "noise", "seed"]);
  const { samples = 50, noise = 0.15, seed = 0, score = "logit" } = options;
  requireCount("smoothGrad", "samples", samples);
  requirePositive("smoothGrad", "noise", noise);
  const session = await model.open();
  const entered = await enterImage("smoothGrad", session.network, image);
  const chosen = await chooseClass("smoothGrad", session, entered, options);
  const deviation = noise * rangeOf(entered.data);
  const random = createRandom(seed, "smoothGrad");
  const size = entered.data.length;
  const sum = new Float64Array(size);
  for (let done = 0; done < samples; done += batchSize) {
    const count = Math.min(batchSize, samples - done);
    const noisy = Float32Array.from(
      { length: count * size },
      (_, i) => entered.data[i % size] + deviation * random.normal(),
    );
    const gradients = await inputGradients(session, entered, noisy, chosen, score);
    for (const [i, value] of gradients.entries()) sum[i % size] += value / samples;
  }
  return pixelMap(sum, entered, chosen);
}

function rangeOf(numbers: Float32Array): number {
  let [least, most] = [numbers[0], numbers[0]];
  for (const value of numbers) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}

/** Gradient of a class's score with respect to each image of a batch. */
export async function inputGradients(
  session: Session,
  image: EnteredImage,
  batch: Float32Array,
  chosen: number,
  score: ScoreKind,
): Promise<OutputArray> {
  const count = batch.length / sizeOf(image.shape);
  const program = await prepareScore(session, "input", image, count, score, ({ inputs }) => inputs);
  const numbers = await runScore(session, program, image, batch, chosen);
  return numbers(program.graph.gradients[0]);
}

/** The largest |number| of each pixel's channels, [H, W]; of images without channels, each number's. */
function pixelMap(gradient: OutputArray, { shape }: EnteredImage, chosen: number): PixelMap {
  const plane = shape.length === 3 ? shape.slice(0, 2) : shape;
  const channels = sizeOf(shape) / sizeOf(plane);
  const data = new Float32Array(sizeOf(plane));
  for (let i = 0; i < gradient.length; i++) {
    const pixel = Math.floor(i / channels);
    data[pixel] = Math.max(data[pixel], Math.abs(gradient[i]));
  }
  return { data, shape: plane, gradient: { data: Float32Array.from(gradient), shape }, class: chosen };
}
