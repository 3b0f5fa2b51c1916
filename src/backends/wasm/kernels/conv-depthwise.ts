/**
 * Convolution where each channel has its own kernel and channels do not mix: one kernel of shape [taps, C].
 *
 *     output[m, c] = Σ over taps of image[position m, tap, c] · kernel[tap, c]
 *
 * A tile is up to four neighbouring positions × four channels, one channel a lane. For each row of taps the pixels under
 * the tile are loaded once and serve all its positions. Taps are summed plane by plane, row by row. A row is taken channels
 * outside, positions inside, so that the cache lines of one pass serve the next three. The last tile of a row overlaps the
 * one before it: the same numbers go to the same place.
 *
 * The input gradient runs here too, with the kernel turned around. A unit is one output row of one image.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import { f32x4, type I32, i32, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { type Axes, Band, type SpreadAxis } from "./band.ts";
import { EpilogueWriter } from "./formula.ts";
import { accumulators, clear } from "./tile.ts";

export interface DepthwiseParams {
  readonly axes: Axes;
  readonly channels: number;
  /** Read the taps from the last to the first, as the input gradient does. */
  readonly reversed: boolean;
  readonly epilogue: Epilogue;
}

/** Vectors that fit the registers of x86-64 beside a temporary one. */
const mostRegisters = 14;
const mostPositions = 4;

/** Pixels that `taps` neighbouring taps of `positions` neighbouring positions lie on, counted from the first. */
function pixelsUnder({ stride, dilation }: SpreadAxis, positions: number, taps: number): number[] {
  const pixels = new Set<number>();
  for (let position = 0; position < positions; position++)
    for (let tap = 0; tap < taps; tap++) pixels.add(position * stride + tap * dilation);
  return [...pixels].sort((a, b) => a - b);
}

/** How many positions a tile has, and how many taps of a row are taken together. */
function tileOf(width: SpreadAxis): { positions: number; taps: number } {
  let best = { positions: 1, taps: 1 };
  for (let positions = 1; positions <= Math.min(mostPositions, width.out); positions++) {
    for (let taps = 1; taps <= width.size; taps++) {
      const registers = pixelsUnder(width, positions, taps).length + taps + positions;
      if (registers <= mostRegisters && positions * taps > best.positions * best.taps)
        best = { positions, taps };
    }
  }
  return best;
}

export const convDepthwise: KernelWriter<DepthwiseParams> = ({ params, outputs }) => {
  const { axes, channels, reversed, epilogue } = params;
  const [depth, height, width] = axes;
  const band = new Band(axes, channels);
  const tile = tileOf(width);
  const rowsPerImage = depth.out * height.out;
  const imageBytes = depth.in * height.in * width.in * channels * 4;
  return {
    algorithm: `${band.copied ? "padded " : ""}depthwise ${tile.positions}×4`,
    units: outputs[0].shape[0] * rowsPerImage,
    threadBytes: band.threadBytes,
    key: JSON.stringify(["convDepthwise", params]),
    write(f, { addresses, begin, end, scratch }) {
      const [image, kernel] = addresses;
      const operands = addresses.slice(2, -1);
      const output = addresses[addresses.length - 1];
      const sums = accumulators(f, tile.positions, 1);
      const [planeTap, rowTap] = band.tapBytes;
      const positionBytes = channels * 4;
      const tapBytes = reversed ? -positionBytes : positionBytes;
      const firstTap = reversed ? (depth.size * height.size * width.size - 1) * positionBytes : 0;
      const unit = f.local("i32", begin);
      f.if(i32.ltS(begin, end), () => f.doWhile(writeBand, () => i32.ltS(unit, end)));

      function writeBand(): void {
        const n = f.local("i32", i32.divU(unit, rowsPerImage));
        const inImage = f.local("i32", i32.sub(unit, i32.mul(n, rowsPerImage)));
        const plane = f.local("i32", i32.divU(inImage, height.out));
        const row = f.local("i32", i32.sub(inImage, i32.mul(plane, height.out)));
        const room = i32.min(i32.sub(height.out, row), band.outputRows);
        const count = f.local("i32", i32.min(i32.sub(end, unit), room));
        const source = band.fill(f, i32.add(image, i32.mul(n, imageBytes)), scratch, plane, row, count);
        const target = f.local("i32", i32.mul(unit, width.out * positionBytes));
        const offset = f.local("i32");
        const rest = channels % 4;
        f.repeat(count, () => {
          f.loop(offset, 0, (channels - rest) * 4, 16, () => writeRow(source, target, offset, 4));
          if (rest > 0) writeRow(source, target, (channels - rest) * 4, rest);
          f.increase(source, height.stride * band.rowBytes);
          f.increase(target, width.out * positionBytes);
        });
        f.increase(unit, count);
      }

      /** One output row for the channels that lie `offset` bytes behind the first. */
      function writeRow(source: Local<"i32">, target: Local<"i32">, offset: I32, lanes: number): void {
        const finisher = new EpilogueWriter(f, epilogue, operands, offset, 1);
        const position = f.local("i32");
        f.loop(position, 0, width.out, tile.positions, () => {
          const x = f.local("i32", i32.min(position, width.out - tile.positions));
          const first = i32.add(i32.add(source, offset), i32.mul(x, width.stride * band.pixelBytes));
          clear(sums);
          addTaps(f.local("i32", first), f.local("i32", i32.add(i32.add(kernel, firstTap), offset)));
          for (const [r, [sum]] of sums.entries()) {
            const place = i32.add(i32.mul(i32.add(x, r), positionBytes), offset);
            const element = f.local("i32", i32.add(target, place));
            f.storeLanes(i32.add(output, element), finisher.finish(sum, 0, element), lanes);
          }
        });
      }

      /** Adds all taps of a tile, from its first pixel and the first tap's weights on. */
      function addTaps(pixel: Local<"i32">, weights: Local<"i32">): void {
        f.repeat(depth.size, () => {
          f.repeat(height.size, () => {
            for (let first = 0; first < width.size; first += tile.taps) {
              const taps = Math.min(tile.taps, width.size - first);
              const offset = first * width.dilation;
              const loaded = new Map(
                pixelsUnder(width, tile.positions, taps).map((at) => [
                  at,
                  f.local("v128", v128.load(pixel, (at + offset) * band.pixelBytes)),
                ]),
              );
              const kernels = Array.from({ length: taps }, (_, tap) => {
                const bytes = (first + tap) * tapBytes;
                const from = bytes < 0 ? i32.add(weights, bytes) : weights;
                return f.local("v128", v128.load(from, Math.max(0, bytes)));
              });
              for (const [tap, weight] of kernels.entries()) {
                for (const [r, [sum]] of sums.entries()) {
                  const value = loaded.get(r * width.stride + tap * width.dilation) as Local<"v128">;
                  sum.set(f32x4.add(sum, f32x4.mul(value, weight)));
                }
              }
            }
            f.increase(pixel, rowTap);
            f.increase(weights, width.size * tapBytes);
          });
          f.increase(pixel, planeTap - height.size * rowTap);
        });
      }
    },
  };
};
