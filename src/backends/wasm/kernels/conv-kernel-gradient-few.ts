/**
 * The gradient of the kernel of a convolution with fewer than four input channels, as first layers have: the rows of a
 * tile are four (tap, channel) pairs. The image is read from a padded copy, so that all taps see the same positions. A
 * unit is one tile. Formula and order: conv-kernel-gradient.ts.
 */
import { i32 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { Band } from "./band.ts";
import {
  accumulateTile,
  type KernelGradientParams,
  locatePanel,
  panelsOf,
  remainder,
} from "./gradient-tile.ts";
import { accumulators, tileRows } from "./tile.ts";

export const convKernelGradientFew: KernelWriter<KernelGradientParams> = ({ params, inputs }) => {
  const { axes, groups, inC, outC } = params;
  const [depth, height, width] = axes;
  const pairs = depth.size * height.size * width.size * inC;
  const tilesPerPanel = Math.ceil(pairs / tileRows);
  const channels = groups * outC;
  const imageBytes = depth.in * height.in * width.in * groups * inC * 4;
  const band = new Band(axes, inC * groups, height.out);
  const gradientPlane = height.out * width.out * channels * 4;

  return {
    algorithm: "gemm over positions 4×8, paired taps",
    units: panelsOf(params).count * tilesPerPanel,
    threadBytes: band.threadBytes,
    numbers: [inputs[0].shape[0] * depth.out],
    key: JSON.stringify(["convKernelGradientFew", params]),
    write(f, { addresses: [image, gradient, output], numbers: [planes], begin, end, scratch }) {
      const sums = accumulators(f, tileRows, 2);
      const pointers = sums.map(() => f.local("i32"));
      const columns = f.local("i32");
      const [planeTap, rowTap, columnTap] = band.tapBytes;
      const loops = [
        { count: height.out, a: height.stride * band.rowBytes, b: width.out * channels * 4 },
        { count: width.out, a: width.stride * band.pixelBytes, b: channels * 4 },
      ];
      const pass = f.local("i32");
      const unit = f.local("i32");
      f.loop(pass, 0, planes, 1, () => {
        const n = f.local("i32", i32.divU(pass, depth.out));
        const plane = i32.sub(pass, i32.mul(n, depth.out));
        const base = band.fill(f, i32.add(image, i32.mul(n, imageBytes)), scratch, plane, 0, height.out);
        f.loop(unit, begin, end, 1, () => {
          const panelNumber = f.local("i32", i32.divU(unit, tilesPerPanel));
          const tile = f.local("i32", i32.sub(unit, i32.mul(panelNumber, tilesPerPanel)));
          const panel = locatePanel(f, panelNumber, params);
          const firstPair = f.local("i32", i32.mul(tile, tileRows));
          for (const [r, pointer] of pointers.entries()) {
            const pair = f.local("i32", i32.min(i32.add(firstPair, r), pairs - 1));
            const tap = f.local("i32", i32.divU(pair, inC));
            const tapRow = f.local("i32", i32.divU(tap, width.size));
            pointer.set(i32.add(base, i32.mul(panel.group, inC * 4)));
            f.increase(pointer, i32.mul(i32.divU(tapRow, height.size), planeTap));
            f.increase(pointer, i32.mul(remainder(f, tapRow, height.size), rowTap));
            f.increase(pointer, i32.mul(remainder(f, tap, width.size), columnTap));
            f.increase(pointer, i32.mul(remainder(f, pair, inC), 4));
          }
          columns.set(i32.add(gradient, i32.add(i32.mul(pass, gradientPlane), i32.mul(panel.channel, 4))));
          const target = f.local("i32");
          target.set(i32.add(output, i32.mul(i32.add(i32.mul(firstPair, channels), panel.channel), 4)));
          const write = (count: number): void => {
            const rows = pointers.slice(0, count);
            accumulateTile(
              f,
              params,
              sums.slice(0, count),
              { rows, columns, loops },
              { pass, panel, target },
            );
          };
          const rest = pairs % tileRows;
          if (rest === 0) write(tileRows);
          else
            f.if(
              i32.eq(tile, tilesPerPanel - 1),
              () => write(rest),
              () => write(tileRows),
            );
        });
      });
    },
  };
};
