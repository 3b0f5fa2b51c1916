import { ShapeError } from "../core/errors.ts";
import { resolveAxis } from "../core/shape.ts";

/**
 * An axis as Keras counts them, with the batch as axis 0, from the front or from the end.
 *
 * @param rank of the whole batch
 * @throws ShapeError if there is no such axis, or it is that of the batch.
 */
export function sampleAxis(where: string, rank: number, axis: number): number {
  const resolved = resolveAxis(where, rank, axis);
  if (resolved > 0) return resolved;
  throw new ShapeError({ where, expected: "another axis than that of the batch", received: String(axis) });
}
