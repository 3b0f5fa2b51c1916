import type { DType, Shape } from "../core/shape.ts";

export type FlatArray = Float32Array | Int32Array | Uint8Array;

/** One of the arrays that samples consist of. */
export interface SampleArray {
  readonly data: FlatArray;
  /** Of one sample, in the graph. */
  readonly shape: Shape;
}

/** Names of a program's arrays: `inputs/image`, `labels/digit`, `weights/digit`. */
export const inputKey = (input: string): string => `inputs/${input}`;
export const labelsKey = (output: string): string => `labels/${output}`;
export const weightsKey = (output: string): string => `weights/${output}`;

/** The type of number an array holds. */
export function typeOf(array: FlatArray): DType {
  if (array instanceof Uint8Array) return "uint8";
  return array instanceof Int32Array ? "int32" : "float32";
}

/** Consecutive numbers. */
export function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}
