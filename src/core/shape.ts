import { ShapeError } from "./errors.ts";

/** Length of each axis, outermost first. Images are `[N, H, W, C]`. */
export type Shape = readonly number[];

/** Kinds of numbers a value can hold; computed values are `float32`, labels and pixels may be integers. */
export type DType = "float32" | "int32" | "uint8";

export const bytesPerElement: Record<DType, number> = { float32: 4, int32: 4, uint8: 1 };

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** `[8, 28, 28, 1]`; an axis of open length is written `null`, as Keras does. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((length) => length ?? "null").join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Elements between neighbours along each axis of a row-major array. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/**
 * The shape two operands are repeated to, as in NumPy: axes are aligned at the end and an axis of 1 repeats.
 *
 * @throws ShapeError if two aligned axes differ and neither is 1.
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const lengthA = a[axis - rank + a.length] ?? 1;
    const lengthB = b[axis - rank + b.length] ?? 1;
    if (lengthA !== lengthB && lengthA !== 1 && lengthB !== 1) {
      throw new ShapeError({
        where,
        expected: "shapes that broadcast",
        received: `${formatShape(a)} and ${formatShape(b)}`,
      });
    }
    return lengthA === 1 ? lengthB : lengthA;
  });
}

/** Axes counted from the front, sorted; negative ones count from the end, none means all. */
export function resolveAxes(where: string, rank: number, axes?: number | readonly number[]): number[] {
  const list = axes === undefined ? Array.from({ length: rank }, (_, axis) => axis) : [axes].flat();
  return list.map((axis) => resolveAxis(where, rank, axis)).sort((a, b) => a - b);
}

/** @throws ShapeError if there is no such axis. */
export function resolveAxis(where: string, rank: number, axis: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(resolved) || resolved < 0 || resolved >= rank) {
    throw new ShapeError({ where, expected: `an axis from ${-rank} to ${rank - 1}`, received: String(axis) });
  }
  return resolved;
}

/** Inputs and outputs that one number of a weight connects: a kernel's channels times its taps. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const taps = sizeOf(shape.slice(0, -2));
  const [inputs = 1, outputs = inputs] = shape.slice(-2);
  return { fanIn: inputs * taps, fanOut: outputs * taps };
}
