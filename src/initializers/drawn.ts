import { checkOptions } from "../core/names.ts";
import { checkSeed, type Random } from "../core/random.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Initializer, SeedOptions } from "./initializer.ts";

/** An initializer whose numbers are drawn one by one, as `draw` says for a shape. */
export function drawn(
  name: string,
  options: SeedOptions,
  known: readonly string[],
  draw: (shape: Shape, random: Random) => () => number,
): Initializer {
  checkOptions(`initializers.${name}`, options, [...known, "seed"]);
  checkSeed(`initializers.${name}`, options.seed);
  return {
    name,
    options: { ...options },
    create: (shape, random) => Float32Array.from({ length: sizeOf(shape) }, draw(shape, random)),
  };
}
