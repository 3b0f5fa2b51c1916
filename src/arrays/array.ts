import { ShapeError } from "../core/errors.ts";
import { type DType, formatShape, type Shape, sizeOf } from "../core/shape.ts";

/** Numbers with their shape, row-major. */
export interface NumberArray {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** What array functions take: lists of numbers nested as deep as the shape, or numbers with a shape. */
export type ArrayLikeInput =
  | Nested
  | { readonly data: Float32Array | Int32Array | Uint8Array | Uint8ClampedArray; readonly shape: Shape };
export type Nested = readonly number[] | readonly Nested[];

export interface TypedInput {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: Shape;
  readonly dtype: DType;
}

function nestedShape(nested: Nested | number): number[] {
  return typeof nested === "number" ? [] : [nested.length, ...nestedShape(nested[0] ?? 0)];
}

/** @throws ShapeError if the lists are of different lengths, or the numbers are not as many as the shape says. */
export function typedInput(where: string, input: ArrayLikeInput): TypedInput {
  if (!("data" in input)) {
    const shape = nestedShape(input);
    const data = Float32Array.from((input as readonly unknown[]).flat(Infinity) as number[]);
    check(where, data.length, shape);
    return { data, shape, dtype: "float32" };
  }
  const { data, shape } = input;
  check(where, data.length, shape);
  if (data instanceof Uint8ClampedArray) {
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), shape, dtype: "uint8" };
  }
  if (data instanceof Uint8Array) return { data, shape, dtype: "uint8" };
  return data instanceof Int32Array ? { data, shape, dtype: "int32" } : { data, shape, dtype: "float32" };
}

function check(where: string, length: number, shape: Shape): void {
  if (length !== sizeOf(shape)) {
    throw new ShapeError({
      where,
      expected: `${sizeOf(shape)} numbers for ${formatShape(shape)}`,
      received: `${length}`,
      hint: "All lists of one depth must be equally long.",
    });
  }
}
