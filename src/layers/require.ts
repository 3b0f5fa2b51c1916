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

const spatialKinds = ["a sequence [steps, C]", "an image [H, W, C]", "a volume [D, H, W, C]"];

/** The spatial axes of a sample. @throws ShapeError unless it has so many, and channels. */
export function requireSpatial(where: string, shape: Shape, rank: number): Shape {
  requireRank(where, shape, rank + 1, spatialKinds[rank - 1]);
  return shape.slice(0, -1);
}
