/**
 * Where the winners of a max pooling lie in the convolution's map: the pooled map's gradient has one number per window,
 * and only the winners' positions receive it.
 */
import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i16x8, i32x4, type Local, type V128, v128 } from "../assembler.ts";

/** Windows of a max pooling over two axes. */
export interface PoolAxes {
  readonly height: WindowAxis;
  readonly width: WindowAxis;
}

/** Bytes of an entry of a list: an offset, and the gradient it is to be multiplied by. */
export const entryBytes = 8;

/** Row and column of four winners within their window, from their numbers as bytes at `address`. */
export function loadWinners(f: FunctionBuilder, address: I32, { width }: PoolAxes) {
  const code = f.local("v128", i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(v128.load32Zero(address))));
  /* ⌊code / size⌋ for codes below 256 by a product and a shift. */
  const reciprocal = Math.ceil(65536 / width.size);
  const row = f.local("v128", i32x4.shrU(i32x4.mul(code, i32x4.splat(reciprocal)), 16));
  const column = f.local("v128", i32x4.sub(code, i32x4.mul(row, i32x4.splat(width.size))));
  return { row, column };
}

/** Offsets and numbers as four entries side by side, two in each vector. */
export function interleave(offsets: V128, numbers: V128): readonly [V128, V128] {
  const bytes = (lanes: number[]) => lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
  return [
    v128.shuffle(offsets, numbers, bytes([0, 4, 1, 5])),
    v128.shuffle(offsets, numbers, bytes([2, 6, 3, 7])),
  ];
}

/**
 * Appends four entries, each to a list of its own; one whose number is 0 is overwritten by the next.
 *
 * @param ends where each list ends; they are moved
 */
export function appendFour(
  f: FunctionBuilder,
  ends: readonly Local<"i32">[],
  offsets: V128,
  numbers: Local<"v128">,
): void {
  const [low, high] = interleave(offsets, numbers).map((pair) => f.local("v128", pair));
  for (const [lane, end] of ends.entries()) f.storeLane64(end, lane < 2 ? low : high, lane % 2);
  const zero = i32x4.eq(v128.andnot(numbers, i32x4.splat(0x80000000 | 0)), v128.zero);
  const moves = f.local("v128", v128.andnot(i32x4.splat(entryBytes), zero));
  for (const [lane, end] of ends.entries()) f.increase(end, i32x4.extractLane(moves, lane));
}
