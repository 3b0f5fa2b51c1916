import { DataError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { findInTurns } from "../core/turns.ts";
import type { Loss } from "../losses/loss.ts";
import type { FlatArray, SampleArray } from "./sample-array.ts";

/** What labels of one output must be. */
export interface LabelKind {
  /** Class numbers below this; missing if labels are values. */
  readonly classes?: number;
  /** A class number that stands for "does not count". */
  readonly ignoreClass?: number | undefined;
  /** Of one sample's labels. */
  readonly shape: Shape;
}

/**
 * What the loss wants of labels; without a loss, their number tells.
 *
 * @param total how many numbers there are for `length` samples
 * @throws ShapeError with the loss that would fit.
 */
export function labelsOf(
  where: string,
  loss: Loss | undefined,
  total: number,
  length: number,
  outputShape: Shape,
): LabelKind {
  const perSample = total / length;
  const classes = outputShape[outputShape.length - 1];
  const outer = outputShape.slice(0, -1);
  const isClasses = loss ? loss.labels === "classes" : perSample !== sizeOf(outputShape);
  const shape = isClasses ? outer : outputShape;
  if (perSample === sizeOf(shape)) {
    return isClasses ? { classes, ignoreClass: loss?.ignoreClass, shape } : { shape };
  }
  throw new ShapeError({
    where,
    expected: `${length * sizeOf(shape)} numbers: labels ${formatShape([length, ...shape])}${loss ? ` for ${loss.name}` : ""}`,
    received: `${total} numbers for ${length} samples`,
    hint: hint(isClasses, perSample, sizeOf(shape), classes),
  });
}

function hint(isClasses: boolean, perSample: number, expected: number, classes: number): string | undefined {
  if (isClasses && perSample === expected * classes) {
    return 'These labels are vectors (one-hot): use "categoricalCrossentropy".';
  }
  if (!isClasses && perSample * classes === expected) {
    return 'These labels are class numbers: use "sparseCategoricalCrossentropy".';
  }
  return undefined;
}

/** @throws DataError naming the first label that is none. */
export async function checkLabels(
  where: string,
  { classes, ignoreClass, shape }: LabelKind,
  y: FlatArray,
  length: number,
): Promise<SampleArray> {
  const perSample = y.length / length;
  if (classes === undefined) {
    const bad = y instanceof Float32Array ? await findInTurns(y, (label) => !Number.isFinite(label)) : -1;
    if (bad < 0) return { data: y, shape };
    throw new DataError({
      where,
      expected: "finite labels",
      received: `${y[bad]} for sample ${Math.floor(bad / perSample)}`,
    });
  }
  const isClass = (label: number): boolean =>
    (Number.isInteger(label) && label >= 0 && label < classes) || label === ignoreClass;
  const bad = await findInTurns(y, (label) => !isClass(label));
  if (bad < 0) return { data: y instanceof Float32Array ? Int32Array.from(y) : y, shape };
  throw new DataError({
    where,
    expected: `class numbers from 0 to ${classes - 1}`,
    received: `${y[bad]} for sample ${Math.floor(bad / perSample)}`,
    hint: classes === 1 ? 'With one output, use "binaryCrossentropy".' : undefined,
  });
}
