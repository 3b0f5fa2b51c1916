/**
 * The gradient of a depthwise kernel:
 *
 *     output[tap, c] = Σ over images and positions of image[position, tap, c] · gradient[position, c]
 *
 * one channel a lane, image after image, row after row. A unit is a slice of the batch and a block of sixteen channels, a
 * cache line. For each row of the gradient and each row of taps, up to four taps at once run along the row: a number of
 * the gradient is loaded for all of them. Where a tap lies in the padding the row is cut short.
 *
 * Slices, [slice][taps][C], are added afterwards.
 */
import { f32x4, type I32, i32, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import type { Axes, SpreadAxis } from "./band.ts";

export interface DepthwiseGradientParams {
  readonly axes: Axes;
  readonly channels: number;
  /** Channels of a unit, a multiple of 4. */
  readonly block: number;
  /** Slices of the batch. */
  readonly slices: number;
}

/** Taps whose sums, pixels and the gradient fit the registers. */
const mostTaps = 4;

/** The outputs of a row that a tap reads inside the image: from the first to before the last. */
function outputsOf({ in: inputs, out, stride, dilation, before }: SpreadAxis, tap: number) {
  const shift = before - tap * dilation;
  const first = Math.min(out, Math.max(0, Math.ceil(shift / stride)));
  const last = Math.min(out, Math.floor((inputs - 1 + shift) / stride) + 1);
  return { first, last: Math.max(first, last) };
}

export const convDepthwiseGradient: KernelWriter<DepthwiseGradientParams> = ({ params, inputs }) => {
  const { axes, channels, block: blockChannels, slices } = params;
  const [depth, height, width] = axes;
  const taps = depth.size * height.size * width.size;
  const pixelBytes = channels * 4;
  const rowBytes = width.in * pixelBytes;
  const blocks = Math.ceil(channels / blockChannels);
  return {
    algorithm: "depthwise over rows",
    units: slices * blocks,
    threadBytes: (blockChannels / 4) * taps * 16,
    numbers: [inputs[0].shape[0]],
    key: JSON.stringify(["convDepthwiseGradient", params]),
    write(f, { addresses: [image, gradient, output], numbers: [batch], begin, end, scratch }) {
      const unit = f.local("i32");
      const sliceImages = f.local("i32", i32.divU(i32.add(batch, slices - 1), slices));
      f.loop(unit, begin, end, 1, () => {
        const slice = f.local("i32", i32.divU(unit, blocks));
        const block = i32.sub(unit, i32.mul(slice, blocks));
        const channel = f.local("i32", i32.mul(block, blockChannels));
        const count = f.local("i32", i32.min(i32.sub(channels, channel), blockChannels));
        const firstImage = f.local("i32", i32.mul(slice, sliceImages));
        const lastImage = f.local("i32", i32.min(i32.add(firstImage, sliceImages), batch));
        f.memoryFill(scratch, 0, (blockChannels / 4) * taps * 16);
        const [n, z, y] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const row = f.local("i32", i32.mul(firstImage, depth.out * height.out));
        f.loop(n, firstImage, lastImage, 1, () => {
          f.loop(z, 0, depth.out, 1, () => {
            f.loop(y, 0, height.out, 1, () => {
              const from = i32.add(i32.mul(row, width.out * pixelBytes), i32.mul(channel, 4));
              addRow(n, z, y, f.local("i32", i32.add(gradient, from)), channel, count);
              f.increase(row, 1);
            });
          });
        });
        writeSums(slice, channel, count);
      });

      /** Adds one row of the gradient to the sums of all taps: [channels / 4][tap] vectors. */
      function addRow(
        n: Local<"i32">,
        z: Local<"i32">,
        y: Local<"i32">,
        from: Local<"i32">,
        channel: Local<"i32">,
        count: Local<"i32">,
      ): void {
        const [k, i, offset] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const tapRow = f.local("i32", scratch);
        const at = (axis: SpreadAxis, position: Local<"i32">, tap: Local<"i32">): Local<"i32"> => {
          const start = i32.sub(i32.mul(position, axis.stride), axis.before);
          return f.local("i32", i32.add(start, i32.mul(tap, axis.dilation)));
        };
        f.loop(k, 0, depth.size, 1, () => {
          const inZ = at(depth, z, k);
          f.loop(i, 0, height.size, 1, () => {
            const inY = at(height, y, i);
            /* Unsigned, places before the image are large. */
            f.if(i32.and(i32.ltU(inZ, depth.in), i32.ltU(inY, height.in)), () => {
              const plane = i32.add(i32.mul(n, depth.in), inZ);
              const line = i32.add(i32.mul(plane, height.in), inY);
              const pixels = f.local("i32", i32.add(i32.mul(line, rowBytes), i32.mul(channel, 4)));
              f.increase(pixels, image);
              const sums = f.local("i32", tapRow);
              f.loop(offset, 0, i32.mul(count, 4), 16, () => {
                for (let first = 0; first < width.size; first += mostTaps)
                  addTaps(i32.add(pixels, offset), i32.add(from, offset), sums, first);
                f.increase(sums, taps * 16);
              });
            });
            f.increase(tapRow, width.size * 16);
          });
        });
      }

      /** Runs along a row with up to four taps at once, from tap `first` on. */
      function addTaps(pixels: I32, gradients: I32, sums: Local<"i32">, first: number): void {
        const numbers = Array.from({ length: Math.min(mostTaps, width.size - first) }, (_, j) => first + j);
        const ranges = numbers.map((tap) => ({ tap, ...outputsOf(width, tap) }));
        /* From `start` to `stop` all taps lie inside; before and behind, some do. */
        const start = Math.max(...ranges.map((range) => range.first));
        const stop = Math.max(start, Math.min(...ranges.map((range) => range.last)));
        const totals = ranges.map(({ tap }) => f.local("v128", v128.load(sums, tap * 16)));
        const pixel = f.local("i32", pixels);
        const g = f.local("i32", gradients);
        const pixelOf = (x: number, tap: number): number =>
          x * width.stride + tap * width.dilation - width.before;
        const addAt = (x: number): void => {
          for (const [j, range] of ranges.entries()) {
            if (x < range.first || x >= range.last) continue;
            const value = v128.load(i32.add(pixel, pixelOf(x, range.tap) * pixelBytes));
            totals[j].set(f32x4.add(totals[j], f32x4.mul(value, v128.load(g, x * pixelBytes))));
          }
        };
        const begin = Math.min(...ranges.map((range) => range.first));
        const end = Math.max(...ranges.map((range) => range.last));
        for (let x = begin; x < start; x++) addAt(x);
        if (stop > start) {
          const to = f.local("i32", i32.add(g, stop * pixelBytes));
          const along = f.local("i32", i32.add(g, start * pixelBytes));
          const under = f.local("i32", i32.add(pixel, pixelOf(start, first) * pixelBytes));
          f.doWhile(
            () => {
              const share = f.local("v128", v128.load(along));
              const values = numbers.map((_, j) =>
                f.local("v128", v128.load(under, j * width.dilation * pixelBytes)),
              );
              for (const [j, value] of values.entries())
                totals[j].set(f32x4.add(totals[j], f32x4.mul(value, share)));
              f.increase(along, pixelBytes);
              f.increase(under, width.stride * pixelBytes);
            },
            () => i32.ne(along, to),
          );
        }
        for (let x = Math.max(start, stop); x < end; x++) addAt(x);
        for (const [j, { tap }] of ranges.entries()) f.storeV128(sums, totals[j], tap * 16);
      }

      function writeSums(slice: Local<"i32">, channel: Local<"i32">, count: Local<"i32">): void {
        const [tap, bytes] = [f.local("i32"), f.local("i32")];
        const target = f.local("i32", i32.mul(i32.add(i32.mul(slice, taps * channels), channel), 4));
        f.increase(target, output);
        const whole = f.local("i32", i32.mul(i32.divU(count, 4), 16));
        f.loop(tap, 0, taps, 1, () => {
          const from = f.local("i32", i32.add(scratch, i32.mul(tap, 16)));
          f.loop(bytes, 0, whole, 16, () => {
            f.storeV128(i32.add(target, bytes), v128.load(from));
            f.increase(from, taps * 16);
          });
          if (channels % 4 > 0)
            f.if(i32.ltS(bytes, i32.mul(count, 4)), () =>
              f.storeLanes(i32.add(target, bytes), v128.load(from), channels % 4),
            );
          f.increase(target, pixelBytes);
        });
      }
    },
  };
};
