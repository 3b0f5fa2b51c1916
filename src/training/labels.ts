import { type Shape, sizeOf } from "../core/shape.ts";
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

/** Where the classes of one sample's output lie, and the shape of the predictions without that axis. */
export function predictionsOf(outputShape: Shape, loss: Loss | undefined): { shape: Shape; classes: number } {
  const { axis = -1 } = loss ?? {};
  const at = axis < 0 ? axis + outputShape.length : axis - 1;
  return { shape: outputShape.filter((_, i) => i !== at), classes: outputShape[at] };
}

/**
 * What the loss wants of labels; without a loss, their number tells.
 *
 * @param total how many numbers there are for `length` samples
 * @throws ShapeError with the loss that would fit.
 */
export async function labelsOf(
  where: string,
  loss: Loss | undefined,
  total: number,
  length: number,
  outputShape: Shape,
): Promise<LabelKind> {
  const perSample = total / length;
  const { classes, shape: outer } = predictionsOf(outputShape, loss);
  const isClasses = loss ? loss.labels === "classes" : perSample !== sizeOf(outputShape);
  const shape = isClasses ? outer : outputShape;
  if (perSample === sizeOf(shape)) {
    return isClasses ? { classes, ignoreClass: loss?.ignoreClass, shape } : { shape };
  }
  const { wrongNumber } = await import("./label-errors.ts");
  throw wrongNumber(where, loss, isClasses, total, length, shape, classes);
}

/** @throws DataError naming the first label that is none. */
export async function checkLabels(
  where: string,
  { classes, ignoreClass, shape }: LabelKind,
  y: FlatArray,
  length: number,
): Promise<SampleArray> {
  const isFloat = y instanceof Float32Array;
  const isGood = (label: number): boolean =>
    classes === undefined
      ? Number.isFinite(label)
      : (Number.isInteger(label) && label >= 0 && label < classes) || label === ignoreClass;
  const bad = isFloat || classes !== undefined ? await findInTurns(y, (label) => !isGood(label)) : -1;
  if (bad < 0) return { data: isFloat && classes !== undefined ? Int32Array.from(y) : y, shape };
  const { wrongLabel } = await import("./label-errors.ts");
  throw wrongLabel(where, y[bad], (bad * length) / y.length, classes);
}
