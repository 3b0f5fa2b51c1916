/**
 * Element-wise formulas as data: what a chain of element-wise ops computes for one element. They are the body of `map`
 * and `reduce` calls and the epilogue of products and convolutions.
 */
import { type Shape, stridesOf } from "../core/shape.ts";
import type { BinaryName, UnaryName } from "../graph/ops/elementwise.ts";

/** Where an argument comes from: memory, an earlier step, or the formula itself. */
export type Arg = { readonly operand: number } | { readonly step: number } | { readonly constant: number };

export interface Step {
  readonly function: UnaryName | BinaryName | "select";
  readonly args: readonly Arg[];
}

/** How an operand is walked through: elements to skip for a step along each axis of the iteration. */
export interface Walk {
  readonly strides: readonly number[];
  /** Elements before the first one. */
  readonly offset: number;
}

/** results[i] of every element of `shape`, computed from the operands by `steps` in order. */
export interface MapParams {
  readonly shape: Shape;
  readonly operands: readonly Walk[];
  readonly steps: readonly Step[];
  readonly results: readonly Arg[];
}

/** The same, then added up or maximised along `axes`. */
export interface ReduceMapParams extends MapParams {
  readonly axes: readonly number[];
  readonly reduction: "sum" | "max";
}

/** How a product or convolution ends: operand 0 is the sum it computed, the others are read as `kinds` says. */
export interface Epilogue {
  readonly kinds: readonly OperandKind[];
  readonly steps: readonly Step[];
  readonly result: Arg;
}

/** Same element of a tensor as large as the output; one number per channel (the last axis); or one number. */
export type OperandKind = "dense" | "channel" | "scalar";

export const noEpilogue: Epilogue = { kinds: [], steps: [], result: { operand: 0 } };

export function denseWalk(shape: Shape): Walk {
  return { strides: stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride)), offset: 0 };
}

/** An operand repeated to `shape`, NumPy's way. */
export function broadcastWalk(from: Shape, shape: Shape): Walk {
  const aligned = [...new Array<number>(shape.length - from.length).fill(1), ...from];
  return denseWalk(aligned);
}

export function isDense(walk: Walk, shape: Shape): boolean {
  const dense = denseWalk(shape);
  return (
    walk.offset === 0 &&
    walk.strides.every((stride, axis) => shape[axis] === 1 || stride === dense.strides[axis])
  );
}

export function isScalar(walk: Walk): boolean {
  return walk.strides.every((stride) => stride === 0);
}

/** How an operand lies relative to an output of the iteration's shape. */
export function kindOf(walk: Walk, shape: Shape): OperandKind | "other" {
  if (isDense(walk, shape)) return "dense";
  if (walk.offset !== 0) return "other";
  if (isScalar(walk)) return "scalar";
  const last = shape.length - 1;
  const channel = walk.strides.every((stride, axis) => (axis === last ? stride === 1 : stride === 0));
  return channel ? "channel" : "other";
}

/** The formula with its arguments renamed. */
export function renameArgs(steps: readonly Step[], rename: (arg: Arg) => Arg): Step[] {
  return steps.map((step) => ({ ...step, args: step.args.map(rename) }));
}
