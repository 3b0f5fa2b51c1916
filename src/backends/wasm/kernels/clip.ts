import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i32, type Local } from "../assembler.ts";

/** The outputs along one axis whose tap `tap` lies inside the image. */
export interface ClippedAxis {
  readonly first: Local<"i32">;
  /** Not positive if there are none. */
  readonly count: Local<"i32">;
  /** The input that the first of them reads. */
  readonly input: Local<"i32">;
}

/** Outputs o with 0 ≤ o·stride + tap·dilation − before < in. */
export function clipOutputs(f: FunctionBuilder, axis: WindowAxis, tap: I32): ClippedAxis {
  const { in: inputs, out, stride, dilation, before } = axis;
  const shift = f.local("i32", i32.sub(before, i32.mul(tap, dilation)));
  const positive = f.local("i32", i32.max(shift, 0));
  const first = f.local("i32", i32.divU(i32.add(positive, stride - 1), stride));
  const room = f.local("i32", i32.add(shift, inputs - 1));
  const end = i32.select(0, i32.add(i32.divU(room, stride), 1), i32.ltS(room, 0));
  const count = f.local("i32", i32.sub(i32.min(f.local("i32", end), out), first));
  return { first, count, input: f.local("i32", i32.sub(i32.mul(first, stride), shift)) };
}

/** The taps of one window that lie inside the image. */
export interface ClippedTaps {
  readonly first: Local<"i32">;
  readonly count: Local<"i32">;
  /** The input that the first of them reads. */
  readonly input: Local<"i32">;
}

/** Taps k with 0 ≤ output·stride + k·dilation − before < in. */
export function clipTaps(f: FunctionBuilder, axis: WindowAxis, output: I32): ClippedTaps {
  const { in: inputs, size, stride, dilation, before } = axis;
  const start = f.local("i32", i32.sub(i32.mul(output, stride), before));
  const missing = f.local("i32", i32.max(i32.sub(0, start), 0));
  const first = f.local("i32", i32.divU(i32.add(missing, dilation - 1), dilation));
  const room = f.local("i32", i32.sub(inputs - 1, start));
  const end = i32.select(0, i32.add(i32.divU(room, dilation), 1), i32.ltS(room, 0));
  const count = f.local("i32", i32.sub(i32.min(f.local("i32", end), size), first));
  return { first, count, input: f.local("i32", i32.add(start, i32.mul(first, dilation))) };
}
