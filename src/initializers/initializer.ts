import type { Random } from "../core/random.ts";
import type { Shape } from "../core/shape.ts";

/** How a weight's first numbers are made. */
export interface Initializer {
  /** Its name in the table of initializers. */
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  create(shape: Shape, random: Random): Float32Array;
}
