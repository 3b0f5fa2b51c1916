import { OptionError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";

/** @throws OptionError unless the option is a whole number of at least `least`. */
export function requireWhole(where: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new OptionError({
      where,
      expected: `${name} to be a whole number ≥ ${least}`,
      received: String(value),
    });
  }
}

/** @throws ShapeError unless the sample has so many axes. */
export function requireRank(where: string, shape: Shape, rank: number, what: string): void {
  if (shape.length !== rank) {
    throw new ShapeError({ where, expected: what, received: formatShape(shape) });
  }
}
