import { OptionError } from "../../core/errors.ts";
import { checkOptions } from "../../core/names.ts";
import type { Batch } from "../stream/sample.ts";
import type { Transform } from "../stream/transform.ts";
import { beta, chanceOf, mixLabels, partners, requireClasses, requirePlain } from "./mix.ts";

export interface MixUpOptions {
  /** Number of classes: labels become as many numbers. */
  classes: number;
  /** Of the beta distribution of shares: small leaves most samples nearly alone. Default 0.2. */
  alpha?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Blends each sample of a batch with another one of it, and their labels alike: a transform for `stream(…).map`.
 *
 * x = share · own + (1 − share) · other, the share from a beta distribution. Labels become vectors, for the loss
 * `"categoricalCrossentropy"`; bytes stay bytes. New in every pass over the data.
 *
 * @throws OptionError unless alpha is a positive number.
 * @see Zhang et al. 2017, "mixup: beyond empirical risk minimization"
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/mix_up/
 * @example
 * const mixed = stream(train).shuffle(1000).batch(32).map(mixUp({ classes: 10 }));
 */
export function mixUp(options: MixUpOptions): Transform<Batch, Batch> {
  checkOptions("mixUp", options, ["classes", "alpha", "seed"]);
  const { classes, alpha = 0.2, seed = 0 } = options;
  requireClasses("mixUp", classes);
  if (!(alpha > 0 && alpha < Infinity)) {
    throw new OptionError({
      where: "mixUp",
      expected: "alpha to be a positive number",
      received: String(alpha),
    });
  }
  return (given, index, pass) => {
    const batch = requirePlain("mixUp", given);
    const { x, length } = batch;
    const random = chanceOf("mixUp", seed, index, pass);
    const other = partners(length, random);
    const shares = Float64Array.from({ length }, () => beta(alpha, random));
    const size = x.length / length;
    const blended = x instanceof Uint8Array ? new Uint8Array(x.length) : new Float32Array(x.length);
    const isWhole = blended instanceof Uint8Array;
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < size; j++) {
        const value = shares[i] * x[i * size + j] + (1 - shares[i]) * x[other[i] * size + j];
        blended[i * size + j] = isWhole ? Math.round(value) : value;
      }
    }
    return { ...given, x: blended, y: mixLabels("mixUp", batch, classes, other, shares) };
  };
}
