/**
 * Convolution where each channel has its own kernel and channels do not mix: one kernel of shape [taps, C].
 *
 *     output[m, c] = Σ over taps of image[position m, tap, c] · kernel[tap, c]
 *
 * A tile is four positions × four channels, one channel a lane. The input gradient runs here too, with the kernel turned
 * around. A unit is one output row of one image.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import { type I32, i32, type Local } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { type Axes, Band } from "./band.ts";
import { nextPosition } from "./conv.ts";
import { EpilogueWriter } from "./formula.ts";
import { accumulators, clear, multiplyTile, simplifyLoops, tileRows } from "./tile.ts";

export interface DepthwiseParams {
  readonly axes: Axes;
  readonly channels: number;
  /** Read the taps from the last to the first, as the input gradient does. */
  readonly reversed: boolean;
  readonly epilogue: Epilogue;
}

export const convDepthwise: KernelWriter<DepthwiseParams> = ({ params, outputs }) => {
  const { axes, channels, reversed, epilogue } = params;
  const [depth, height, width] = axes;
  const band = new Band(axes, channels);
  const rowsPerImage = depth.out * height.out;
  const imageBytes = depth.in * height.in * width.in * channels * 4;
  return {
    algorithm: `${band.copied ? "padded " : ""}depthwise 4×4`,
    units: outputs[0].shape[0] * rowsPerImage,
    threadBytes: band.threadBytes,
    key: JSON.stringify(["convDepthwise", params]),
    write(f, { addresses, begin, end, scratch }) {
      const [image, kernel] = addresses;
      const operands = addresses.slice(2, -1);
      const output = addresses[addresses.length - 1];
      const sums = accumulators(f, tileRows, 1);
      const pointers = sums.map(() => f.local("i32"));
      const targets = sums.map(() => f.local("i32"));
      const weights = f.local("i32");
      const [planeTap, rowTap, columnTap] = band.tapBytes;
      const positionBytes = channels * 4;
      const tapBytes = reversed ? -positionBytes : positionBytes;
      const firstTap = reversed ? (depth.size * height.size * width.size - 1) * positionBytes : 0;
      const loops = simplifyLoops([
        { count: depth.size, a: planeTap, b: height.size * width.size * tapBytes },
        { count: height.size, a: rowTap, b: width.size * tapBytes },
        { count: width.size, a: columnTap, b: tapBytes },
      ]);
      const unit = f.local("i32", begin);
      f.if(i32.ltS(begin, end), () => f.doWhile(writeBand, () => i32.ltS(unit, end)));

      function writeBand(): void {
        const n = f.local("i32", i32.divU(unit, rowsPerImage));
        const inImage = f.local("i32", i32.sub(unit, i32.mul(n, rowsPerImage)));
        const plane = f.local("i32", i32.divU(inImage, height.out));
        const row = f.local("i32", i32.sub(inImage, i32.mul(plane, height.out)));
        const count = f.local(
          "i32",
          i32.min(i32.sub(end, unit), i32.min(i32.sub(height.out, row), band.outputRows)),
        );
        const base = band.fill(f, i32.add(image, i32.mul(n, imageBytes)), scratch, plane, row, count);
        const first = f.local("i32", i32.mul(unit, width.out * positionBytes));
        const positions = f.local("i32", i32.mul(count, width.out));
        const offset = f.local("i32");
        f.loop(offset, 0, Math.floor(channels / 4) * 16, 16, () =>
          writeLanes(base, first, positions, offset, 4),
        );
        const rest = channels % 4;
        if (rest > 0) writeLanes(base, first, positions, (channels - rest) * 4, rest);
        f.increase(unit, count);
      }

      /** All positions of the band for the channels that lie `offset` bytes behind the first. */
      function writeLanes(
        base: Local<"i32">,
        first: Local<"i32">,
        positions: Local<"i32">,
        offset: I32,
        lanes: number,
      ) {
        const finisher = new EpilogueWriter(f, epilogue, operands, offset, 1);
        const x = f.local("i32", 0);
        const y = f.local("i32", 0);
        const position = f.local("i32");
        const last = i32.sub(positions, 1);
        f.loop(position, 0, positions, tileRows, () => {
          for (const [r, pointer] of pointers.entries()) {
            pointer.set(i32.add(i32.add(base, offset), i32.mul(y, height.stride * band.rowBytes)));
            f.increase(pointer, i32.mul(x, width.stride * band.pixelBytes));
            const at = f.local("i32", i32.min(i32.add(position, r), last));
            targets[r].set(i32.add(i32.add(first, offset), i32.mul(at, positionBytes)));
            f.if(i32.ltS(at, last), () => nextPosition(f, x, y, width.out));
          }
          weights.set(i32.add(i32.add(kernel, firstTap), offset));
          clear(sums);
          multiplyTile(f, sums, { rows: pointers, columns: weights, vectors: 1, loops, laneByLane: true });
          for (const [r, [sum]] of sums.entries()) sum.set(finisher.finish(sum, 0, targets[r]));
          for (const [r, [sum]] of sums.entries()) f.storeLanes(i32.add(output, targets[r]), sum, lanes);
        });
      }
    },
  };
};
