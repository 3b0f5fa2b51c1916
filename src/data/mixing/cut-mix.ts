import { DataError, OptionError } from "../../core/errors.ts";
import { checkOptions } from "../../core/names.ts";
import type { Shape } from "../../core/shape.ts";
import type { Batch } from "../stream/sample.ts";
import type { Transform } from "../stream/transform.ts";
import { beta, chanceOf, mixLabels, partners, requireClasses, requirePlain } from "./mix.ts";

export interface CutMixOptions {
  /** Number of classes: labels become as many numbers. */
  classes: number;
  /** Shape of one sample: [H, W, C]. */
  sampleShape: Shape;
  /** Of the beta distribution of what stays; 1: every share is as likely. Default 1. */
  alpha?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Puts a rectangle of another sample of the batch into each, and mixes labels by area: a transform for `stream(…).map`.
 *
 * Labels become vectors, for the loss `"categoricalCrossentropy"`. New in every pass over the data.
 *
 * @throws OptionError unless alpha is positive and sampleShape that of an image.
 * @see Yun et al. 2019, "CutMix: regularization strategy to train strong classifiers with localizable features"
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/cut_mix/
 * @example
 * const mixed = stream(train).batch(32).map(cutMix({ classes: 10, sampleShape: [28, 28, 1] }));
 */
export function cutMix(options: CutMixOptions): Transform<Batch, Batch> {
  checkOptions("cutMix", options, ["classes", "sampleShape", "alpha", "seed"]);
  const { classes, sampleShape, alpha = 1, seed = 0 } = options;
  requireClasses("cutMix", classes);
  if (!(alpha > 0 && alpha < Infinity)) {
    throw new OptionError({
      where: "cutMix",
      expected: "alpha to be a positive number",
      received: String(alpha),
    });
  }
  if (sampleShape?.length !== 3) {
    const received = JSON.stringify(sampleShape) ?? "none";
    throw new OptionError({ where: "cutMix", expected: "sampleShape as [H, W, C]", received });
  }
  const [height, width, channels] = sampleShape;
  const size = height * width * channels;
  return (given, index, pass) => {
    const batch = requirePlain("cutMix", given);
    const { x, length } = batch;
    if (x.length !== length * size) {
      throw new DataError({
        where: "cutMix",
        expected: `${size} numbers for each of ${length} samples`,
        received: `${x.length} numbers`,
      });
    }
    const random = chanceOf("cutMix", seed, index, pass);
    const other = partners(length, random);
    const shares = new Float64Array(length);
    const cut = x.slice();
    for (let i = 0; i < length; i++) {
      const side = Math.sqrt(1 - beta(alpha, random));
      const [rows, columns] = [Math.round(side * height), Math.round(side * width)];
      const top = random.below(height - rows + 1);
      const left = random.below(width - columns + 1);
      for (let y = top; y < top + rows; y++) {
        const start = (y * width + left) * channels;
        const from = other[i] * size + start;
        cut.set(x.subarray(from, from + columns * channels), i * size + start);
      }
      shares[i] = 1 - (rows * columns) / (height * width);
    }
    return { ...given, x: cut, y: mixLabels("cutMix", batch, classes, other, shares) };
  };
}
