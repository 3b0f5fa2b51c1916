import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i32, type Local, v128 } from "../assembler.ts";
import { forEachLanes, forEachWindow, type WindowTaps } from "./max-pool.ts";

/** Channels of one unit: few enough that one image keeps several threads busy. */
const blockChannels = 16;

/** One window and up to four of its channels. */
export interface WindowLanes {
  /** Offset of the image in the input, in bytes. */
  readonly image: Local<"i32">;
  /** Offset of the window in the output, in bytes. */
  readonly window: Local<"i32">;
  /** Offset of the first channel, in bytes. */
  readonly channel: Local<"i32">;
  readonly lanes: number;
  readonly taps: WindowTaps;
}

export function scatterUnits(batch: number, channels: number): number {
  return batch * Math.ceil(channels / blockChannels);
}

/**
 * For gradients, whose windows may overlap: a unit is one image's block of channels. Clears its part of the image at
 * `target`, then calls `visit` for each window in order.
 */
export function scatterWindows(
  f: FunctionBuilder,
  axes: readonly [WindowAxis, WindowAxis, WindowAxis],
  channels: number,
  { target, begin, end }: { target: Local<"i32">; begin: I32; end: I32 },
  visit: (window: WindowLanes) => void,
): void {
  const [depth, height, width] = axes;
  const blocks = Math.ceil(channels / blockChannels);
  const rows = depth.out * height.out;
  const pixels = depth.in * height.in * width.in;
  const unit = f.local("i32");
  const pixel = f.local("i32");
  f.loop(unit, begin, end, 1, () => {
    const n = f.local("i32", i32.divU(unit, blocks));
    const block = f.local("i32", i32.sub(unit, i32.mul(n, blocks)));
    const first = f.local("i32", i32.mul(block, blockChannels * 4));
    const image = f.local("i32", i32.mul(n, pixels * channels * 4));
    const scatter = (count: number): void => {
      const at = f.local("i32", i32.add(i32.add(target, image), first));
      f.loop(pixel, 0, pixels, 1, () => {
        forEachLanes(f, count, (bytes, lanes) => f.storeLanes(i32.add(at, bytes), v128.zero, lanes));
        f.increase(at, channels * 4);
      });
      const firstRow = f.local("i32", i32.mul(n, rows));
      forEachWindow(f, axes, channels, firstRow, i32.add(firstRow, rows), (_n, position, taps) => {
        const window = f.local("i32", i32.mul(position, channels * 4));
        forEachLanes(f, count, (bytes, lanes) => {
          visit({ image, window, channel: f.local("i32", i32.add(first, bytes)), lanes, taps });
        });
      });
    };
    const rest = channels - (blocks - 1) * blockChannels;
    if (blocks === 1 || rest === blockChannels) scatter(Math.min(rest, blockChannels));
    else
      f.if(
        i32.eq(block, blocks - 1),
        () => scatter(rest),
        () => scatter(blockChannels),
      );
  });
}
