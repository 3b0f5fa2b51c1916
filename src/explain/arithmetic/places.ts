import type { Shape } from "../../core/shape.ts";

/** Place along each axis of a row-major position. */
export function placeOf(shape: Shape, position: number): number[] {
  const place = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis];
    rest = (rest - place[axis]) / shape[axis];
  }
  return place;
}

/** Row-major position of a place. */
export function positionOf(shape: Shape, place: readonly number[]): number {
  return shape.reduce((position, length, axis) => position * length + place[axis], 0);
}
