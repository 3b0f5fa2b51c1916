/** What is said of labels that cannot be used. Loaded when there are some. */
import { DataError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Loss } from "../losses/loss.ts";

/** Labels that are too many or too few. @param shape of one sample's, as they should be */
export function wrongNumber(
  where: string,
  loss: Loss | undefined,
  isClasses: boolean,
  total: number,
  length: number,
  shape: Shape,
  classes: number,
): ShapeError {
  const perSample = total / length;
  const expected = sizeOf(shape);
  let hint: string | undefined;
  if (isClasses && perSample === expected * classes)
    hint = 'These labels are vectors (one-hot): use "categoricalCrossentropy".';
  if (!isClasses && perSample * classes === expected)
    hint = 'These labels are class numbers: use "sparseCategoricalCrossentropy".';
  return new ShapeError({
    where,
    expected: `${length * expected} numbers: labels ${formatShape([length, ...shape])}${loss ? ` for ${loss.name}` : ""}`,
    received: `${total} numbers for ${length} samples`,
    hint,
  });
}

/** A label that is none. @param classes class numbers are below; missing if labels are values */
export function wrongLabel(
  where: string,
  label: number,
  sample: number,
  classes: number | undefined,
): DataError {
  return new DataError({
    where,
    expected: classes === undefined ? "finite labels" : `class numbers from 0 to ${classes - 1}`,
    received: `${label} for sample ${Math.floor(sample)}`,
    hint: classes === 1 ? 'With one output, use "binaryCrossentropy".' : undefined,
  });
}
