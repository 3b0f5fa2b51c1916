import type { Random } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";

/** How a weight's first numbers are made. */
export interface Initializer {
  /** Its name in the table of initializers. */
  readonly name: string;
  /** What it was made with, for saved models. A `seed` among them stands for the model's, and for every weight alike. */
  readonly options: Readonly<Record<string, unknown>>;
  create(shape: Shape, random: Random): Float32Array;
}

/** What the numbers of a weight follow from. */
export interface SeedOptions {
  /**
   * A whole number: the same numbers for every weight of the shape, in every model. Default: the model's seed, with
   * other numbers for each weight.
   */
  seed?: number;
}
