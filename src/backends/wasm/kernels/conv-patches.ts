/**
 * Convolution of few channels, as in first layers: the patches of a band of output rows are copied side by side first,
 * [tile][tap and channel][4], and read as one stream by every panel of eight output channels.
 *
 *     output[m, o] = Σ over taps and channels of patch[m, tap, c] · panel[tap, c, o]
 *
 * summed over rows, columns and channels in this order: the short sums need no loops over taps. Bands, panels, tiles and
 * pooling as in conv.ts. A unit is one output row (two with pooling) of one image.
 */
import { i32, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { Band } from "./band.ts";
import type { WasmConvParams } from "./conv.ts";
import { forEachTile, panelWriter } from "./conv-panel.ts";
import { accumulators, multiplyPatch, tileColumns, tileRows } from "./tile.ts";

export const convPatches: KernelWriter<WasmConvParams> = ({ params, outputs }) => {
  const { axes, inC, outC, epilogue, pool } = params;
  const [depth, height, width] = axes;
  const pooled = pool !== "none";
  const band = new Band(axes, inC, pooled ? 2 : 1);
  const outRows = pooled ? Math.floor(height.out / 2) : height.out;
  const outColumns = pooled ? Math.floor(width.out / 2) : width.out;
  const bandRows = pooled ? Math.floor(band.outputRows / 2) : band.outputRows;
  const taps = height.size * width.size;
  const patchBytes = taps * inC * tileRows * 4;
  const tilesPerBand = pooled ? bandRows * outColumns : Math.ceil((bandRows * outColumns) / tileRows);
  const panelCount = Math.ceil(outC / tileColumns);
  const imageBytes = depth.in * height.in * width.in * inC * 4;
  const grid = {
    pooled,
    columns: outColumns,
    rowBytes: height.stride * band.rowBytes,
    pixelBytes: width.stride * band.pixelBytes,
  };
  return {
    algorithm: `${band.copied ? "padded " : ""}first-layer patches 4×8${pooled ? ", pooled in registers" : ""}`,
    units: outputs[0].shape[0] * outRows,
    threadBytes: band.threadBytes + tilesPerBand * patchBytes,
    key: JSON.stringify(["convPatches", params]),
    write(f, { addresses, begin, end, scratch }) {
      const [image, panels] = addresses;
      const sums = accumulators(f, tileRows, 2);
      const pointers = sums.map(() => f.local("i32"));
      const patches = f.local("i32", i32.add(scratch, band.threadBytes));
      const unit = f.local("i32", begin);
      f.if(i32.ltS(begin, end), () => f.doWhile(writeBand, () => i32.ltS(unit, end)));

      /** As many output rows of one image as a band holds. */
      function writeBand(): void {
        const n = f.local("i32", i32.divU(unit, outRows));
        const row = f.local("i32", i32.sub(unit, i32.mul(n, outRows)));
        const room = i32.min(i32.sub(outRows, row), bandRows);
        const count = f.local("i32", i32.min(i32.sub(end, unit), room));
        const source = i32.add(image, i32.mul(n, imageBytes));
        const [convRow, convCount] = pooled ? [i32.mul(row, 2), i32.mul(count, 2)] : [row, count];
        const origin = band.fill(f, source, scratch, 0, convRow, convCount);
        const firstPosition = f.local("i32", i32.mul(unit, outColumns));
        const positions = f.local("i32", i32.mul(count, outColumns));
        packPatches(origin, positions);
        const panel = f.local("i32");
        f.loop(panel, 0, panelCount, 1, () => writePanel(panel, firstPosition, positions));
        f.increase(unit, count);
      }

      /** The patches of all tiles, each [tap and channel][four rows]. */
      function packPatches(origin: Local<"i32">, positions: Local<"i32">): void {
        const target = f.local("i32", patches);
        const [, rowTap, columnTap] = band.tapBytes;
        forEachTile(f, grid, pointers, origin, positions, () => {
          for (let tap = 0; tap < taps; tap++) {
            const from = Math.floor(tap / width.size) * rowTap + (tap % width.size) * columnTap;
            for (let c = 0; c < inC; c++) {
              const vector = f.local("v128", v128.load32Splat(pointers[0], from + c * 4));
              for (let r = 1; r < tileRows; r++)
                vector.set(v128.load32Lane(pointers[r], vector, r, from + c * 4));
              f.storeV128(target, vector, (tap * inC + c) * 16);
            }
          }
          f.increase(target, patchBytes);
        });
      }

      /** All positions of the band for eight output channels. */
      function writePanel(panel: Local<"i32">, firstPosition: Local<"i32">, positions: Local<"i32">): void {
        const panelBytes = taps * inC * tileColumns * 4;
        const weights = f.local("i32", i32.add(panels, i32.mul(panel, panelBytes)));
        const channel = f.local("i32", i32.mul(panel, tileColumns));
        const place = { channel, isLast: i32.eq(panel, panelCount - 1), firstPosition, positions };
        const write = panelWriter(f, { outC, channels: outC, epilogue, pooled }, sums, addresses, place);
        const position = f.local("i32");
        const patch = f.local("i32", patches);
        f.loop(position, 0, positions, pooled ? 1 : tileRows, () => {
          multiplyPatch(f, sums, patch, weights, taps * inC);
          write(position);
          f.increase(patch, patchBytes);
        });
      }
    },
  };
};
