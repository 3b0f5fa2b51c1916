/**
 * The gradient of a depthwise kernel: output[tap, c] = Σ over images and positions of image[position, tap, c] ·
 * gradient[position, c], one channel a lane, image after image. A unit is four channels of one tap.
 */
import { i32 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import type { Axes } from "./band.ts";
import { clipOutputs } from "./clip.ts";
import { remainder } from "./gradient-tile.ts";
import { accumulators, clear, multiplyTile } from "./tile.ts";

export interface DepthwiseGradientParams {
  readonly axes: Axes;
  readonly channels: number;
}

export const convDepthwiseGradient: KernelWriter<DepthwiseGradientParams> = ({ params, inputs }) => {
  const { axes, channels } = params;
  const [depth, height, width] = axes;
  const taps = depth.size * height.size * width.size;
  const pixelBytes = channels * 4;
  const rowBytes = width.in * pixelBytes;
  const planeBytes = height.in * rowBytes;
  const gradientRow = width.out * pixelBytes;
  const gradientPlane = height.out * gradientRow;
  const blocks = Math.ceil(channels / 4);
  return {
    algorithm: "depthwise over positions",
    units: blocks * taps,
    numbers: [inputs[0].shape[0]],
    key: JSON.stringify(["convDepthwiseGradient", params]),
    write(f, { addresses: [image, gradient, output], numbers: [batch], begin, end }) {
      const sums = accumulators(f, 1, 1);
      const sum = sums[0][0];
      const row = f.local("i32");
      const columns = f.local("i32");
      const unit = f.local("i32");
      const n = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const tap = f.local("i32", i32.divU(unit, blocks));
        const offset = f.local("i32", i32.mul(i32.sub(unit, i32.mul(tap, blocks)), 16));
        const tapRow = f.local("i32", i32.divU(tap, width.size));
        const z = clipOutputs(f, depth, i32.divU(tapRow, height.size));
        const y = clipOutputs(f, height, remainder(f, tapRow, height.size));
        const x = clipOutputs(f, width, remainder(f, tap, width.size));
        clear(sums);
        const counts = i32.and(i32.gtS(z.count, 0), i32.and(i32.gtS(y.count, 0), i32.gtS(x.count, 0)));
        f.if(counts, () => {
          f.loop(n, 0, batch, 1, () => {
            row.set(i32.add(image, offset));
            f.increase(row, i32.add(i32.mul(n, depth.in * planeBytes), i32.mul(z.input, planeBytes)));
            f.increase(row, i32.add(i32.mul(y.input, rowBytes), i32.mul(x.input, pixelBytes)));
            columns.set(i32.add(gradient, offset));
            f.increase(
              columns,
              i32.add(i32.mul(n, depth.out * gradientPlane), i32.mul(z.first, gradientPlane)),
            );
            f.increase(columns, i32.add(i32.mul(y.first, gradientRow), i32.mul(x.first, pixelBytes)));
            const loops = [
              { count: z.count, a: depth.stride * planeBytes, b: gradientPlane },
              { count: y.count, a: height.stride * rowBytes, b: gradientRow },
              { count: x.count, a: width.stride * pixelBytes, b: pixelBytes },
            ];
            multiplyTile(f, sums, { rows: [row], columns, vectors: 1, loops, laneByLane: true });
          });
        });
        const target = f.local("i32", i32.add(i32.add(output, i32.mul(tap, pixelBytes)), offset));
        const rest = channels % 4;
        if (rest === 0) f.storeV128(target, sum);
        else {
          const isLast = i32.eq(offset, (blocks - 1) * 16);
          f.if(
            isLast,
            () => f.storeLanes(target, sum, rest),
            () => f.storeV128(target, sum),
          );
        }
      });
    },
  };
};
