/**
 * The gradient of a convolution's kernel: the image correlated with the gradient of the output.
 *
 *     output[tap, c, o] = Σ over images and positions of image[position, tap, c] · gradient[position, o]
 *
 * A tile is four input channels of one tap × eight output channels; K runs over the positions, image after image.
 * Outputs are split, never the batch: there are no partial sums, and the order is the same on any number of threads.
 * Positions whose tap lies in the padding are left out by the bounds of the loops. A unit is one tap of one panel of
 * output channels. Fewer than four input channels: conv-kernel-gradient-few.ts.
 */
import { i32 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { clipOutputs } from "./clip.ts";
import {
  accumulateTile,
  type KernelGradientParams,
  locatePanel,
  panelsOf,
  remainder,
} from "./gradient-tile.ts";
import { accumulators, type TileLoop, tileRows } from "./tile.ts";

/**
 * Positions that are worth the loads and stores of a tile; smaller images are taken several at a time. With many channels
 * fewer, which stay in the cache for all output channels.
 */
const positionsPerPass = (channels: number): number => Math.max(32, Math.min(128, 16384 / channels));

export const convKernelGradient: KernelWriter<KernelGradientParams> = ({ params, inputs }) => {
  const { axes, groups, inC, outC } = params;
  const [depth, height, width] = axes;
  const taps = depth.size * height.size * width.size;
  const channels = groups * outC;
  const pixelBytes = groups * inC * 4;
  const rowBytes = width.in * pixelBytes;
  const planeBytes = height.in * rowBytes;
  const positions = depth.out * height.out * width.out;
  const gradientRow = width.out * channels * 4;
  const gradientPlane = height.out * gradientRow;
  const imagesPerPass = Math.max(1, Math.ceil(positionsPerPass(groups * inC) / positions));

  return {
    algorithm: "gemm over positions 4×8",
    units: panelsOf(params).count * taps,
    numbers: [inputs[0].shape[0]],
    key: JSON.stringify(["convKernelGradient", params]),
    write(f, { addresses: [image, gradient, output], numbers: [batch], begin, end }) {
      const tiles = [tileRows, inC % tileRows].map((rows) => accumulators(f, rows, 2));
      const pointers = tiles[0].map(() => f.local("i32"));
      const columns = f.local("i32");
      const n = f.local("i32");
      const unit = f.local("i32");
      f.loop(n, 0, batch, imagesPerPass, () => {
        const images = f.local("i32", i32.min(i32.sub(batch, n), imagesPerPass));
        f.loop(unit, begin, end, 1, () => {
          const panelNumber = f.local("i32", i32.divU(unit, taps));
          const tap = f.local("i32", i32.sub(unit, i32.mul(panelNumber, taps)));
          const panel = locatePanel(f, panelNumber, params);
          const tapRow = f.local("i32", i32.divU(tap, width.size));
          const z = clipOutputs(f, depth, i32.divU(tapRow, height.size));
          const y = clipOutputs(f, height, remainder(f, tapRow, height.size));
          const x = clipOutputs(f, width, remainder(f, tap, width.size));

          const source = f.local("i32", i32.add(image, i32.mul(panel.group, inC * 4)));
          f.increase(source, i32.mul(n, depth.in * planeBytes));
          f.increase(source, i32.mul(z.input, planeBytes));
          f.increase(source, i32.add(i32.mul(y.input, rowBytes), i32.mul(x.input, pixelBytes)));
          const start = f.local("i32", i32.add(gradient, i32.mul(panel.channel, 4)));
          f.increase(start, i32.mul(n, depth.out * gradientPlane));
          f.increase(start, i32.mul(z.first, gradientPlane));
          f.increase(start, i32.add(i32.mul(y.first, gradientRow), i32.mul(x.first, channels * 4)));
          const loops: TileLoop[] = [
            { count: y.count, a: height.stride * rowBytes, b: gradientRow },
            { count: x.count, a: width.stride * pixelBytes, b: channels * 4 },
          ];
          if (depth.in > 1) loops.unshift({ count: z.count, a: depth.stride * planeBytes, b: gradientPlane });
          if (imagesPerPass > 1) {
            loops.unshift({ count: images, a: depth.in * planeBytes, b: depth.out * gradientPlane });
          }
          const target = f.local("i32");
          target.set(i32.add(output, i32.mul(i32.add(i32.mul(tap, inC * channels), panel.channel), 4)));
          const writeTile = (sums: (typeof tiles)[number]): void => {
            const rows = pointers.slice(0, sums.length);
            for (const [r, pointer] of rows.entries()) pointer.set(i32.add(source, r * 4));
            columns.set(start);
            accumulateTile(f, params, sums, { rows, columns, loops }, { pass: n, panel, target });
            f.increase(source, tileRows * 4);
            f.increase(target, tileRows * channels * 4);
          };
          f.repeat(Math.floor(inC / tileRows), () => writeTile(tiles[0]));
          if (inC % tileRows > 0) writeTile(tiles[1]);
        });
      });
    },
  };
};
