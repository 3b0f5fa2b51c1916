/**
 * 3 × 3 convolution with stride 1 by Winograd's F(2 × 2, 3 × 3); formulas in winograd.ts.
 *
 * Tiles of 2 × 2 outputs are taken in blocks that fit the second-level cache: their patches are transformed to
 * V[16][tile][inC], sixteen products with the transformed kernel give M[16][tile][outC], and these are transformed back,
 * with bias, activation and, if asked for, 2 × 2 max pooling (a tile is then one pooling window) on the way out. Every
 * product sums over the channels in order; blocks and parts do not change a bit.
 *
 * The input gradient runs here too, with the kernel turned around. A unit is four tiles, counted through the batch.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import type { WindowAxis } from "../../../core/window.ts";
import { type FunctionBuilder, type I32, i32, i32x4, type Local, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { EpilogueWriter } from "./formula.ts";
import { keepsOrder, storePooled } from "./pooled-store.ts";
import { accumulators, clear, multiplyTile, tileColumns, tileRows } from "./tile.ts";
import { patchSize, transformInput, transformOutput } from "./winograd.ts";

export interface WinogradParams {
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly inC: number;
  readonly outC: number;
  readonly epilogue: Epilogue;
  readonly pool: "none" | "max" | "winners";
}

/** Target size of a block's transformed patches and products. */
const blockBytes = 448 * 1024;
/** Bytes between the sixteen planes, so that they do not meet in the same cache sets. */
const planeGap = 192;

/** Tiles along one axis: with pooling, only whole windows. */
export function winogradTiles({ out }: WindowAxis, isPooled: boolean): number {
  return isPooled ? Math.floor(out / 2) : Math.ceil(out / 2);
}

export const convWinograd: KernelWriter<WinogradParams> = ({ params, outputs }) => {
  const { height, width, inC, outC, epilogue, pool } = params;
  const isPooled = pool !== "none";
  const tileRowCount = winogradTiles(height, isPooled);
  const tileColumnCount = winogradTiles(width, isPooled);
  const tilesPerImage = tileRowCount * tileColumnCount;
  const tiles = outputs[0].shape[0] * tilesPerImage;
  const paddedC = Math.ceil(outC / tileColumns) * tileColumns;
  const fitting = Math.floor(blockBytes / (patchSize * 4 * (inC + paddedC)) / tileRows);
  const blockUnits = Math.max(2, Math.min(16, fitting));
  const blockTiles = blockUnits * tileRows;
  const planeV = blockTiles * inC * 4 + planeGap;
  const planeM = blockTiles * paddedC * 4 + planeGap;
  const panels = paddedC / tileColumns;
  const units = Math.ceil(tiles / tileRows);
  const rowBytes = width.in * inC * 4;
  const imageBytes = height.in * rowBytes;

  return {
    algorithm: `winograd23${isPooled ? ", pooled in registers" : ""}`,
    units,
    maxParts: Math.max(1, Math.min(32, Math.floor(units / 8)), Math.min(4, Math.floor(units / 3))),
    threadBytes: patchSize * (planeV + planeM),
    numbers: [tiles],
    key: JSON.stringify(["convWinograd", params]),
    write(f, { addresses, numbers: [tileCount], begin, end, scratch }) {
      const [image, kernel] = addresses;
      const operands = addresses.slice(2, 2 + epilogue.kinds.length);
      const [output, winners] = addresses.slice(2 + epilogue.kinds.length);
      const products = f.local("i32", i32.add(scratch, patchSize * planeV));
      const unit = f.local("i32", begin);
      f.if(i32.ltS(begin, end), () =>
        f.doWhile(
          () => {
            const first = f.local("i32", i32.mul(unit, tileRows));
            const wanted = i32.mul(i32.min(i32.sub(end, unit), blockUnits), tileRows);
            const count = f.local("i32", i32.min(f.local("i32", wanted), i32.sub(tileCount, first)));
            transformBlock(first, count);
            multiplyBlock(count);
            writeBlock(first, count);
            f.increase(unit, blockUnits);
          },
          () => i32.ltS(unit, end),
        ),
      );

      /** Calls `visit` with a tile's number in the block, image, and place. */
      function forEachTile(
        first: Local<"i32">,
        count: Local<"i32">,
        visit: (t: Local<"i32">, n: Local<"i32">, y: Local<"i32">, x: Local<"i32">) => void,
      ): void {
        const t = f.local("i32");
        const n = f.local("i32", i32.divU(first, tilesPerImage));
        const inImage = f.local("i32", i32.sub(first, i32.mul(n, tilesPerImage)));
        const y = f.local("i32", i32.divU(inImage, tileColumnCount));
        const x = f.local("i32", i32.sub(inImage, i32.mul(y, tileColumnCount)));
        f.loop(t, 0, count, 1, () => {
          visit(t, n, y, x);
          f.increase(x, 1);
          f.if(i32.eq(x, tileColumnCount), () => {
            x.set(0);
            f.increase(y, 1);
            f.if(i32.eq(y, tileRowCount), () => {
              y.set(0);
              f.increase(n, 1);
            });
          });
        });
      }

      /** Patches of the block's tiles → V[16][tile][inC]. */
      function transformBlock(first: Local<"i32">, count: Local<"i32">): void {
        forEachTile(first, count, (t, n, y, x) => {
          const lines = {
            rows: patchLines(f, height, y, rowBytes),
            columns: patchLines(f, width, x, inC * 4),
          };
          const source = f.local("i32", i32.add(image, i32.mul(n, imageBytes)));
          const pointers = lines.rows.offsets.flatMap((row) =>
            lines.columns.offsets.map((column) => f.local("i32", i32.add(source, i32.add(row, column)))),
          );
          const target = f.local("i32", i32.add(scratch, i32.mul(t, inC * 4)));
          const transform = (masked: boolean): void => {
            const bytes = f.local("i32");
            const write = (lanes: number): void => {
              const patch = pointers.map((pointer, i) => {
                const pixel = v128.load(i32.add(pointer, bytes));
                if (!masked) return f.local("v128", pixel);
                const masks = [lines.rows.masks[i >> 2], lines.columns.masks[i & 3]].filter(
                  (mask) => mask !== undefined,
                );
                return f.local("v128", [pixel, ...masks].reduce(v128.and));
              });
              const at = f.local("i32", i32.add(target, bytes));
              for (const [i, value] of transformInput(f, patch).entries())
                f.storeLanes(at, value, lanes, i * planeV);
            };
            f.loop(bytes, 0, Math.floor(inC / 4) * 16, 16, () => write(4));
            if (inC % 4 > 0) write(inC % 4);
          };
          const inside = [...lines.rows.inside, ...lines.columns.inside];
          if (inside.length === 0) transform(false);
          else
            f.if(
              inside.reduce(i32.and),
              () => transform(false),
              () => transform(true),
            );
        });
      }

      /** M[i] = V[i] · U[i] for the sixteen planes. */
      function multiplyBlock(count: Local<"i32">): void {
        const sums = accumulators(f, tileRows, 2);
        const rows = sums.map(() => f.local("i32"));
        const columns = f.local("i32");
        const weights = f.local("i32", kernel);
        const planeIn = f.local("i32", scratch);
        const planeOut = f.local("i32", products);
        const panel = f.local("i32");
        const t = f.local("i32");
        f.repeat(patchSize, () => {
          f.loop(panel, 0, panels, 1, () => {
            const target = f.local("i32", i32.add(planeOut, i32.mul(panel, tileColumns * 4)));
            const source = f.local("i32", planeIn);
            f.loop(t, 0, count, tileRows, () => {
              for (const [r, row] of rows.entries()) row.set(i32.add(source, r * inC * 4));
              columns.set(weights);
              clear(sums);
              const loop = { count: inC, a: 4, b: tileColumns * 4 };
              multiplyTile(f, sums, { rows, columns, vectors: 2, loops: [loop] });
              for (const [r, row] of sums.entries()) {
                for (const [c, sum] of row.entries()) f.storeV128(target, sum, r * paddedC * 4 + c * 16);
              }
              f.increase(source, tileRows * inC * 4);
              f.increase(target, tileRows * paddedC * 4);
            });
            f.increase(weights, inC * tileColumns * 4);
          });
          f.increase(planeIn, planeV);
          f.increase(planeOut, planeM);
        });
      }

      /** M[16][tile][outC] → outputs. */
      function writeBlock(first: Local<"i32">, count: Local<"i32">): void {
        forEachTile(first, count, (t, n, y, x) => {
          const source = f.local("i32", i32.add(products, i32.mul(t, paddedC * 4)));
          const window = f.local("i32", i32.add(first, t));
          const position = f.local("i32");
          position.set(
            i32.add(i32.mul(i32.add(i32.mul(n, height.out), i32.mul(y, 2)), width.out), i32.mul(x, 2)),
          );
          const bytes = f.local("i32");
          const write = (lanes: number): void => {
            const at = f.local("i32", i32.add(source, bytes));
            const patch = Array.from({ length: patchSize }, (_, i) =>
              f.local("v128", v128.load(at, i * planeM)),
            );
            const squares = transformOutput(f, patch);
            const finisher = new EpilogueWriter(f, epilogue, operands, bytes, 1);
            if (isPooled) {
              const element = f.local("i32", i32.add(i32.mul(window, outC * 4), bytes));
              const finish = (value: Local<"v128">) => finisher.finish(value, 0, element);
              const early = !keepsOrder(epilogue);
              const rows = squares.map((square) => [square]);
              storePooled(f, rows, { finish, early }, element, { output, winners }, lanes);
              return;
            }
            for (const [i, square] of squares.entries()) {
              const shift = (i >> 1) * width.out + (i & 1);
              const element = f.local("i32", i32.add(i32.mul(i32.add(position, shift), outC * 4), bytes));
              const store = () =>
                f.storeLanes(i32.add(output, element), finisher.finish(square, 0, element), lanes);
              const below = i >> 1 === 1 && height.out % 2 === 1;
              const right = (i & 1) === 1 && width.out % 2 === 1;
              const conditions: I32[] = [];
              if (below) conditions.push(i32.ltS(y, tileRowCount - 1));
              if (right) conditions.push(i32.ltS(x, tileColumnCount - 1));
              if (conditions.length === 0) store();
              else f.if(conditions.reduce(i32.and), store);
            }
          };
          f.loop(bytes, 0, Math.floor(outC / 4) * 16, 16, () => write(4));
          if (outC % 4 > 0) write(outC % 4);
        });
      }
    },
  };
};

interface PatchLines {
  /** Bytes of the four lines of a patch, inside the image. */
  readonly offsets: readonly Local<"i32">[];
  /** All bits where the line lies in the image, none where it lies in the padding. */
  readonly masks: readonly V128[];
  /** Whether all four lie inside; missing where they always do, or where what lies outside cannot matter. */
  readonly inside: readonly I32[];
}

/** The four rows, or columns, of a tile's patch. */
function patchLines(f: FunctionBuilder, axis: WindowAxis, tile: Local<"i32">, lineBytes: number): PatchLines {
  const { in: inputs, out, before } = axis;
  const start = f.local("i32", i32.sub(i32.mul(tile, 2), before));
  const lines = [0, 1, 2, 3].map((i) => f.local("i32", i32.add(start, i)));
  const clamped = lines.map((line) => f.local("i32", i32.max(i32.min(line, inputs - 1), 0)));
  const offsets = clamped.map((line) => f.local("i32", i32.mul(line, lineBytes)));
  const hasPadding = before > 0 || out + 2 - before > inputs;
  const isInside = (line: Local<"i32">): I32 => i32.ltU(line, inputs);
  const masks = hasPadding
    ? lines.map((line) => f.local("v128", i32x4.splat(i32.sub(0, isInside(line)))))
    : [];
  const inside = hasPadding ? [i32.and(isInside(lines[0]), isInside(lines[3]))] : [];
  return { offsets, masks, inside };
}
