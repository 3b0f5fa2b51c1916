/**
 * The gradient of a 3 × 3 kernel by Winograd's method: 16 or 36 products for each tile of 2 × 2 or 4 × 4 outputs instead
 * of 36 or 144; formulas in winograd.ts.
 *
 *     dg = Gᵀ [ Σ over tiles of (Bᵀ d B) ⊙ (A y Aᵀ) ] G
 *
 * A unit is a slice of the batch, a block of input channels and a block of output channels. Tile after tile, their
 * patches and gradients are transformed to V[plane][tile][inC] and M[plane][tile][outC]; for each plane the product
 * Vᵀ · M is added to U[plane][inC][outC], which stays in the second-level cache and is transformed back at the end. Sums
 * run over images and tiles in order. What reaches out of the image or the gradient is copied with zeros around it.
 *
 * Slices, [slice][3][3][inC][outC], are added afterwards: few channels have few blocks.
 */
import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i32, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { accumulators, addPatch, tileColumns, tileRows } from "./tile.ts";
import {
  forEachTile,
  gradientBlocks,
  gradientChannels,
  type LineTransform,
  transformSquare,
  type WinogradTile,
  winogradSchemes,
} from "./winograd.ts";
import { gradientTransforms } from "./winograd-gradient.ts";

export interface WinogradGradientParams {
  readonly tile: WinogradTile;
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly inC: number;
  readonly outC: number;
  /** Slices of the batch. */
  readonly slices: number;
}

/** Tiles whose products are summed in one pass: enough to be worth loading and storing the sums. */
const blockTiles = 32;
/** Bytes between the planes, so that they do not meet in the same cache sets. */
const planeGap = 192;
const roundUp = (count: number, to: number): number => Math.ceil(count / to) * to;

/** Squares of pixels of a block of channels that may reach out of their image. */
interface Squares {
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export const convKernelGradientWinograd: KernelWriter<WinogradGradientParams> = ({ params, inputs }) => {
  const { tile, height, width, inC, outC, slices } = params;
  const scheme = winogradSchemes[tile];
  const transforms = gradientTransforms[tile];
  const { patch } = scheme;
  const planes = patch ** 2;
  const grid = { rows: Math.ceil(height.out / tile), columns: Math.ceil(width.out / tile) };
  const tilesPerImage = grid.rows * grid.columns;
  const inBlock = Math.min(roundUp(inC, tileRows), gradientChannels);
  const outBlock = Math.min(roundUp(outC, tileColumns), gradientChannels);
  const [inBlocks, outBlocks] = [gradientBlocks(inC), gradientBlocks(outC)];
  const planeV = blockTiles * inBlock * 4 + planeGap;
  const planeM = blockTiles * outBlock * 4 + planeGap;
  const planeU = inBlock * outBlock * 4 + planeGap;
  const squareBytes = planes * 16;
  const patchBytes = planes * Math.max(inBlock, outBlock) * 4 + 16;
  const kernelBytes = 9 * inC * outC * 4;

  return {
    algorithm: `${scheme.name} gradient`,
    units: slices * inBlocks * outBlocks,
    threadBytes: planes * (planeV + planeM + planeU) + squareBytes + patchBytes,
    numbers: [inputs[0].shape[0]],
    key: JSON.stringify(["convKernelGradientWinograd", params]),
    write(f, { addresses: [image, gradient, output], numbers: [batch], begin, end, scratch }) {
      const products = f.local("i32", i32.add(scratch, planes * planeV));
      const sums = f.local("i32", i32.add(products, planes * planeM));
      const square = f.local("i32", i32.add(sums, planes * planeU));
      const padded = f.local("i32", i32.add(square, squareBytes));
      const sliceImages = f.local("i32", i32.divU(i32.add(batch, slices - 1), slices));
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const slice = f.local("i32", i32.divU(unit, inBlocks * outBlocks));
        const block = f.local("i32", i32.sub(unit, i32.mul(slice, inBlocks * outBlocks)));
        const inNumber = f.local("i32", i32.divU(block, outBlocks));
        const firstIn = f.local("i32", i32.mul(inNumber, gradientChannels));
        const outNumber = i32.sub(block, i32.mul(inNumber, outBlocks));
        const firstOut = f.local("i32", i32.mul(outNumber, gradientChannels));
        const inCount = f.local("i32", i32.min(i32.sub(inC, firstIn), inBlock));
        const outCount = f.local("i32", i32.min(i32.sub(outC, firstOut), outBlock));

        f.memoryFill(sums, 0, planes * planeU);
        /* A panel may be wider than the channels that are transformed. */
        if (outC % tileColumns > 0) f.memoryFill(products, 0, planes * planeM);
        const firstImage = f.local("i32", i32.mul(slice, sliceImages));
        const lastImage = i32.min(i32.add(firstImage, sliceImages), batch);
        const tiles = f.local("i32", i32.mul(lastImage, tilesPerImage));
        const first = f.local("i32");
        f.loop(first, i32.mul(firstImage, tilesPerImage), tiles, blockTiles, () => {
          const count = f.local("i32", i32.min(i32.sub(tiles, first), blockTiles));
          transformPatches(first, count, firstIn, inCount);
          transformGradients(first, count, firstOut, outCount);
          multiplyBlock(count, inCount, outCount);
        });
        const target = f.local("i32", i32.add(output, i32.mul(slice, kernelBytes)));
        f.increase(target, i32.mul(i32.add(i32.mul(firstIn, outC), firstOut), 4));
        writeBlock(target, inCount, outCount);
      });

      /** Patches of the block's tiles → V[plane][tile][inC]. */
      function transformPatches(
        first: Local<"i32">,
        count: Local<"i32">,
        channel: Local<"i32">,
        channels: Local<"i32">,
      ): void {
        const squares = { size: patch, height: height.in, width: width.in, channels: inC };
        forEachTile(f, grid, first, count, (t, n, y, x) => {
          const top = i32.sub(i32.mul(y, tile), height.before);
          const left = i32.sub(i32.mul(x, tile), width.before);
          const place = { n, top: f.local("i32", top), left: f.local("i32", left), channel };
          const source = readSquare(f, { image, padded }, squares, place, channels, inBlock);
          const target = f.local("i32", i32.add(scratch, i32.mul(t, inBlock * 4)));
          transformChannels(source, patch, scheme.input, target, channels, planeV);
        });
      }

      /** Gradients of the block's tiles → M[plane][tile][outC]. */
      function transformGradients(
        first: Local<"i32">,
        count: Local<"i32">,
        channel: Local<"i32">,
        channels: Local<"i32">,
      ): void {
        const squares = { size: tile, height: height.out, width: width.out, channels: outC };
        forEachTile(f, grid, first, count, (t, n, y, x) => {
          const [top, left] = [f.local("i32", i32.mul(y, tile)), f.local("i32", i32.mul(x, tile))];
          const place = { n, top, left, channel };
          const source = readSquare(f, { image: gradient, padded }, squares, place, channels, outBlock);
          const target = f.local("i32", i32.add(products, i32.mul(t, outBlock * 4)));
          transformChannels(source, tile, transforms.output, target, channels, planeM);
        });
      }

      /** A square of `size` pixels → one number in each plane, four channels at once. */
      function transformChannels(
        { address, rowStep, columnStep }: Source,
        size: number,
        transform: LineTransform,
        target: Local<"i32">,
        channels: Local<"i32">,
        planeBytes: number,
      ): void {
        const rows = Array.from({ length: size }, () => f.local("i32"));
        rows[0].set(address);
        for (const [i, row] of rows.entries()) if (i > 0) row.set(i32.add(rows[i - 1], rowStep));
        const bytes = f.local("i32");
        f.loop(bytes, 0, i32.mul(channels, 4), 16, () => {
          const column = f.local("i32", bytes);
          const to = f.local("i32", i32.add(target, bytes));
          transformSquare(f, square, {
            transform,
            from: size,
            to: patch,
            load: (i) => v128.load(i32.add(rows[i], column)),
            nextColumn: () => f.increase(column, columnStep),
            store(row) {
              for (const [i, value] of row.entries()) f.storeV128(to, value, i * planeBytes);
            },
            nextRow: () => f.increase(to, patch * planeBytes),
          });
        });
      }

      /** U[plane] += V[plane]ᵀ · M[plane] for every plane. */
      function multiplyBlock(count: Local<"i32">, inCount: Local<"i32">, outCount: Local<"i32">): void {
        const tileSums = accumulators(f, tileRows, 2);
        const planeA = f.local("i32", scratch);
        const planeB = f.local("i32", products);
        const planeC = f.local("i32", sums);
        const [row, column, a, b, to] = [
          f.local("i32"),
          f.local("i32"),
          f.local("i32"),
          f.local("i32"),
          f.local("i32"),
        ];
        f.repeat(planes, () => {
          f.loop(column, 0, outCount, tileColumns, () => {
            b.set(i32.add(planeB, i32.mul(column, 4)));
            f.loop(row, 0, inCount, tileRows, () => {
              a.set(i32.add(planeA, i32.mul(row, 4)));
              to.set(i32.add(planeC, i32.mul(i32.add(i32.mul(row, outBlock), column), 4)));
              for (const [r, vectors] of tileSums.entries())
                for (const [c, sum] of vectors.entries()) sum.set(v128.load(to, (r * outBlock + c * 4) * 4));
              addPatch(f, tileSums, {
                patch: a,
                panel: b,
                length: count,
                patchStep: inBlock * 4,
                panelStep: outBlock * 4,
              });
              for (const [r, vectors] of tileSums.entries())
                for (const [c, sum] of vectors.entries()) f.storeV128(to, sum, (r * outBlock + c * 4) * 4);
            });
          });
          f.increase(planeA, planeV);
          f.increase(planeB, planeM);
          f.increase(planeC, planeU);
        });
      }

      /** U[plane][inC][outC] → [3][3][inC][outC]. */
      function writeBlock(target: Local<"i32">, inCount: Local<"i32">, outCount: Local<"i32">): void {
        const [row, bytes] = [f.local("i32"), f.local("i32")];
        const wholeBytes = f.local("i32", i32.mul(i32.divU(outCount, 4), 16));
        f.loop(row, 0, inCount, 1, () => {
          const from = f.local("i32", i32.add(sums, i32.mul(row, outBlock * 4)));
          const rowTarget = f.local("i32", i32.add(target, i32.mul(row, outC * 4)));
          const write = (lanes: number): void => {
            const column = f.local("i32", i32.add(from, bytes));
            const to = f.local("i32", i32.add(rowTarget, bytes));
            transformSquare(f, square, {
              transform: transforms.kernel,
              from: patch,
              to: 3,
              load: (i) => v128.load(column, i * patch * planeU),
              nextColumn: () => f.increase(column, planeU),
              store(weights) {
                for (const [i, value] of weights.entries())
                  f.storeLanes(to, value, lanes, i * inC * outC * 4);
              },
              nextRow: () => f.increase(to, 3 * inC * outC * 4),
            });
          };
          f.loop(bytes, 0, wholeBytes, 16, () => write(4));
          if (outC % 4 > 0) f.if(i32.gtS(i32.mul(outCount, 4), bytes), () => write(outC % 4));
        });
      }
    },
  };
};

/** Where the pixels of a square lie: bytes from row to row and from pixel to pixel. */
interface Source {
  readonly address: Local<"i32">;
  readonly rowStep: Local<"i32">;
  readonly columnStep: Local<"i32">;
}

/** A square in the image, or a copy of it at `padded` with zeros for what lies outside. */
function readSquare(
  f: FunctionBuilder,
  { image, padded }: { readonly image: Local<"i32">; readonly padded: Local<"i32"> },
  { size, height, width, channels }: Squares,
  place: { n: Local<"i32">; top: Local<"i32">; left: Local<"i32">; channel: Local<"i32"> },
  count: Local<"i32">,
  block: number,
): Source {
  const { n, top, left, channel } = place;
  const [pixelBytes, rowBytes] = [channels * 4, width * channels * 4];
  const address = f.local("i32", i32.add(image, i32.mul(n, height * rowBytes)));
  f.increase(address, i32.add(i32.mul(top, rowBytes), i32.mul(left, pixelBytes)));
  f.increase(address, i32.mul(channel, 4));
  const rowStep = f.local("i32", rowBytes);
  const columnStep = f.local("i32", pixelBytes);
  /* Unsigned, places before the image are large. */
  const inside = (at: Local<"i32">, length: number): I32 => i32.ltU(at, Math.max(0, length - size + 1));
  f.if(i32.eq(i32.and(inside(top, height), inside(left, width)), 0), () => {
    const [i, j, row, column, byte] = Array.from({ length: 5 }, () => f.local("i32"));
    const to = f.local("i32", padded);
    const bytes = f.local("i32", i32.mul(count, 4));
    f.loop(i, 0, size, 1, () => {
      row.set(i32.add(top, i));
      const from = f.local("i32", i32.add(address, i32.mul(i, rowBytes)));
      f.loop(j, 0, size, 1, () => {
        column.set(i32.add(left, j));
        f.if(
          i32.and(i32.ltU(row, height), i32.ltU(column, width)),
          () =>
            f.loop(byte, 0, bytes, 16, () => f.storeV128(i32.add(to, byte), v128.load(i32.add(from, byte)))),
          () => f.loop(byte, 0, bytes, 16, () => f.storeV128(i32.add(to, byte), v128.zero)),
        );
        f.increase(from, pixelBytes);
        f.increase(to, block * 4);
      });
    });
    address.set(padded);
    rowStep.set(size * block * 4);
    columnStep.set(block * 4);
  });
  return { address, rowStep, columnStep };
}
