/**
 * Pooling windows over feature maps, four channels a vector; taps in the padding are left out by the bounds of the
 * loops, in the order of the taps. A unit is one output row of one image (forward) or one image's block of channels
 * (gradients, where windows may overlap).
 */

import { extentOf, threeAxes, type WindowAxis } from "../../../core/window.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { type ClippedTaps, clipTaps } from "./clip.ts";
import { maximum } from "./vector-math.ts";

type PoolAxes = readonly [WindowAxis, WindowAxis, WindowAxis];

/**
 * The taps of a window: those that lie inside the image, or, where no window of the map reaches out of it, all of them
 * behind the byte offset of the first.
 */
export type WindowTaps =
  | { readonly clipped: readonly [ClippedTaps, ClippedTaps, ClippedTaps] }
  | Local<"i32">;

/** Taps that are worth the code of each of them. */
const mostUnrolled = 16;

const tapsOf = (axes: PoolAxes): number => axes.reduce((product, { size }) => product * size, 1);

/** Whether all windows have all their taps, few enough to be written one by one. */
const isWhole = (axes: PoolAxes): boolean =>
  tapsOf(axes) <= mostUnrolled &&
  axes.every((axis) => axis.before === 0 && (axis.out - 1) * axis.stride + extentOf(axis) <= axis.in);

/** Number of taps of a window that lie inside the image. */
export function tapCount(axes: PoolAxes, taps: WindowTaps): I32 {
  if (!("clipped" in taps)) return tapsOf(axes);
  const [z, y, x] = taps.clipped;
  return i32.mul(z.count, i32.mul(y.count, x.count));
}

/** Calls `visit(byte offset in the image, tap number, bytes to add)` for each tap of a window inside the image, in order. */
export function forEachWindowTap(
  f: FunctionBuilder,
  axes: PoolAxes,
  taps: WindowTaps,
  channels: number,
  visit: (offset: Local<"i32">, tap: I32, more: number) => void,
): void {
  const [depth, height, width] = axes;
  if (!("clipped" in taps)) {
    for (let tap = 0; tap < tapsOf(axes); tap++) {
      const [k, j, i] = [
        Math.floor(tap / (height.size * width.size)),
        Math.floor(tap / width.size) % height.size,
        tap % width.size,
      ];
      const row = k * depth.dilation * height.in + j * height.dilation;
      visit(taps, tap, (row * width.in + i * width.dilation) * channels * 4);
    }
    return;
  }
  const [zTaps, yTaps, xTaps] = taps.clipped;
  const offset = f.local("i32");
  const tap = f.local("i32");
  const [k, j, i] = [f.local("i32"), f.local("i32"), f.local("i32")];
  f.loop(k, 0, zTaps.count, 1, () => {
    const z = f.local("i32", i32.add(zTaps.input, i32.mul(k, depth.dilation)));
    f.loop(j, 0, yTaps.count, 1, () => {
      const y = i32.add(yTaps.input, i32.mul(j, height.dilation));
      const row = f.local("i32", i32.mul(i32.add(i32.mul(z, height.in), y), width.in));
      offset.set(i32.mul(i32.add(row, xTaps.input), channels * 4));
      const tapRow = i32.add(i32.mul(i32.add(zTaps.first, k), height.size), i32.add(yTaps.first, j));
      tap.set(i32.add(i32.mul(tapRow, width.size), xTaps.first));
      f.loop(i, 0, xTaps.count, 1, () => {
        visit(offset, tap, 0);
        f.increase(offset, width.dilation * channels * 4);
        f.increase(tap, 1);
      });
    });
  });
}

/** Calls `visit` for each output position of a part's units, which are rows of width.out positions. */
export function forEachWindow(
  f: FunctionBuilder,
  axes: PoolAxes,
  channels: number,
  begin: I32,
  end: I32,
  visit: (n: Local<"i32">, position: Local<"i32">, taps: WindowTaps) => void,
): void {
  const [depth, height, width] = axes;
  const row = f.local("i32");
  const x = f.local("i32");
  const position = f.local("i32", i32.mul(begin, width.out));
  f.loop(row, begin, end, 1, () => {
    const rows = depth.out * height.out;
    const n = f.local("i32", i32.divU(row, rows));
    const inImage = f.local("i32", i32.sub(row, i32.mul(n, rows)));
    const plane = f.local("i32", i32.divU(inImage, height.out));
    const line = f.local("i32", i32.sub(inImage, i32.mul(plane, height.out)));
    if (isWhole(axes)) {
      const first = i32.add(i32.mul(plane, depth.stride * height.in), i32.mul(line, height.stride));
      const offset = f.local("i32", i32.mul(first, width.in * channels * 4));
      f.loop(x, 0, width.out, 1, () => {
        visit(n, position, offset);
        f.increase(position, 1);
        f.increase(offset, width.stride * channels * 4);
      });
      return;
    }
    const z = clipTaps(f, depth, plane);
    const y = clipTaps(f, height, line);
    f.loop(x, 0, width.out, 1, () => {
      visit(n, position, { clipped: [z, y, clipTaps(f, width, x)] });
      f.increase(position, 1);
    });
  });
}

/** Runs `body` for every four channels, and for the rest of fewer. */
export function forEachLanes(
  f: FunctionBuilder,
  channels: number,
  body: (bytes: I32, lanes: number) => void,
): void {
  const bytes = f.local("i32");
  f.loop(bytes, 0, Math.floor(channels / 4) * 16, 16, () => body(bytes, 4));
  if (channels % 4 > 0) body(Math.floor(channels / 4) * 16, channels % 4);
}

/** Stores the lanes' numbers, 0–255, as bytes. */
function storeCodes(f: FunctionBuilder, address: I32, codes: V128, lanes: number): void {
  const narrow = f.local("v128", i8x16.narrowI16x8U(i16x8.narrowI32x4U(codes, codes), v128.zero));
  if (lanes === 4) f.storeLane32(address, narrow, 0);
  else f.storeBytes(address, narrow, lanes);
}

const poolWriter =
  (winners: boolean): KernelWriter<PoolParams> =>
  ({ params: { window }, inputs: [input], outputs: [output] }) => {
    const axes = threeAxes(window);
    const [depth, height, width] = axes;
    const channels = input.shape[input.shape.length - 1];
    const imageBytes = depth.in * height.in * width.in * channels * 4;
    return {
      algorithm: winners ? "windows, with winners" : "windows",
      units: output.shape[0] * depth.out * height.out,
      key: JSON.stringify(["maxPool", winners, window, channels]),
      write(f, { addresses: [image, pooled, codes], begin, end }) {
        forEachWindow(f, axes, channels, begin, end, (n, position, taps) => {
          const source = f.local("i32", i32.add(image, i32.mul(n, imageBytes)));
          const element = f.local("i32", i32.mul(position, channels));
          forEachLanes(f, channels, (bytes, lanes) => {
            const best = f.local("v128", f32x4.const(-Infinity));
            const winner = f.local("v128", i32x4.splat(-1));
            forEachWindowTap(f, axes, taps, channels, (offset, tap, more) => {
              const value = f.local("v128", v128.load(i32.add(i32.add(source, bytes), offset), more));
              if (winners) {
                const first = i32x4.eq(winner, i32x4.splat(-1));
                winner.set(v128.bitselect(i32x4.splat(tap), winner, v128.or(first, f32x4.gt(value, best))));
              }
              best.set(maximum(best, value));
            });
            f.storeLanes(i32.add(i32.add(pooled, i32.mul(element, 4)), bytes), best, lanes);
            if (winners) {
              const at = typeof bytes === "number" ? bytes / 4 : i32.divU(bytes, 4);
              storeCodes(f, i32.add(i32.add(codes, element), at), winner, lanes);
            }
          });
        });
      },
    };
  };

export const maxPool = poolWriter(false);
/** Also writes the number of each window's first largest tap as a byte. */
export const maxPoolWinners = poolWriter(true);
