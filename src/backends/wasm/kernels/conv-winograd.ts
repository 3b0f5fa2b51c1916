/**
 * 3 × 3 convolution with stride 1 by Winograd's F(2 × 2, 3 × 3) or F(4 × 4, 3 × 3); formulas in winograd.ts.
 *
 * Tiles of outputs are taken in blocks that fit the second-level cache: their patches are transformed to
 * V[plane][tile][inC], one product with the transformed kernel for each of the 16 or 36 planes gives
 * M[plane][tile][outC], and these are transformed back, with bias, activation and, if asked for, 2 × 2 max pooling on the
 * way out. Every product sums over the channels in order; blocks and parts do not change a bit. Patches that reach out of
 * the image are copied with zeros around them.
 *
 * Lines are transformed in loops, by way of a square of vectors in the thread's memory: a whole patch does not fit the
 * registers.
 *
 * The input gradient runs here too, with the kernel turned around. A unit is four tiles, counted through the batch.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import type { WindowAxis } from "../../../core/window.ts";
import { type I32, i32, type Local, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { EpilogueWriter } from "./formula.ts";
import { keepsOrder, storePooled } from "./pooled-store.ts";
import { accumulators, clear, multiplyTile, tileColumns, tileRows } from "./tile.ts";
import { forEachTile, transformSquare, type WinogradTile, winogradSchemes } from "./winograd.ts";

export interface WinogradParams {
  readonly tile: WinogradTile;
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly inC: number;
  readonly outC: number;
  readonly epilogue: Epilogue;
  readonly pool: "none" | "max" | "winners";
}

/** Target size of a block's transformed patches and products. */
const blockBytes = 448 * 1024;
/** Bytes between the planes, so that they do not meet in the same cache sets. */
const planeGap = 192;

/** Outputs along an axis that are made: with pooling, only those of whole windows. */
const madeOutputs = ({ out }: WindowAxis, isPooled: boolean): number =>
  isPooled ? Math.floor(out / 2) * 2 : out;

/** Tiles along one axis. */
export function winogradTiles(axis: WindowAxis, isPooled: boolean, tile: WinogradTile): number {
  return Math.ceil(madeOutputs(axis, isPooled) / tile);
}

export const convWinograd: KernelWriter<WinogradParams> = ({ params, outputs }) => {
  const { tile, height, width, inC, outC, epilogue, pool } = params;
  const scheme = winogradSchemes[tile];
  const { patch } = scheme;
  const planes = patch ** 2;
  const isPooled = pool !== "none";
  const madeRows = madeOutputs(height, isPooled);
  const madeColumns = madeOutputs(width, isPooled);
  const tileRowCount = winogradTiles(height, isPooled, tile);
  const tileColumnCount = winogradTiles(width, isPooled, tile);
  const grid = { rows: tileRowCount, columns: tileColumnCount };
  const tiles = outputs[0].shape[0] * tileRowCount * tileColumnCount;
  const paddedC = Math.ceil(outC / tileColumns) * tileColumns;
  const fitting = Math.floor(blockBytes / (planes * 4 * (inC + paddedC)) / tileRows);
  const blockUnits = Math.max(2, Math.min(16, fitting));
  const blockTiles = blockUnits * tileRows;
  const planeV = blockTiles * inC * 4 + planeGap;
  const planeM = blockTiles * paddedC * 4 + planeGap;
  const panels = paddedC / tileColumns;
  const units = Math.ceil(tiles / tileRows);
  const rowBytes = width.in * inC * 4;
  const imageBytes = height.in * rowBytes;
  const pixelBytes = inC * 4;
  /* A square of vectors between the two axes of a transform, and a patch with zeros around it. */
  const squareBytes = planes * 16;
  const patchBytes = planes * pixelBytes + 16;

  return {
    algorithm: `${scheme.name}${isPooled ? ", pooled in registers" : ""}`,
    units,
    /* Every part reads the whole kernel; few parts are better than one all the same. */
    maxParts: Math.max(Math.min(32, Math.floor(units / 4)), Math.min(4, Math.ceil(units / 2))),
    threadBytes: planes * (planeV + planeM) + squareBytes + patchBytes,
    numbers: [tiles],
    key: JSON.stringify(["convWinograd", params]),
    write(f, { addresses, numbers: [tileCount], begin, end, scratch }) {
      const [image, kernel] = addresses;
      const operands = addresses.slice(2, 2 + epilogue.kinds.length);
      const [output, winners] = addresses.slice(2 + epilogue.kinds.length);
      const products = f.local("i32", i32.add(scratch, planes * planeV));
      const square = f.local("i32", i32.add(scratch, planes * (planeV + planeM)));
      const padded = f.local("i32", i32.add(square, squareBytes));
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

      /** Patches of the block's tiles → V[plane][tile][inC]. */
      function transformBlock(first: Local<"i32">, count: Local<"i32">): void {
        const lines = Array.from({ length: patch }, () => f.local("i32"));
        const [top, left, source, rowStep] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
        forEachTile(f, grid, first, count, (t, n, y, x) => {
          top.set(i32.sub(i32.mul(y, tile), height.before));
          left.set(i32.sub(i32.mul(x, tile), width.before));
          const start = i32.add(i32.mul(top, rowBytes), i32.mul(left, pixelBytes));
          source.set(i32.add(i32.add(image, i32.mul(n, imageBytes)), start));
          rowStep.set(rowBytes);
          /* Unsigned, places before the image are large. */
          const isInside = i32.and(
            i32.ltU(top, Math.max(0, height.in - patch + 1)),
            i32.ltU(left, Math.max(0, width.in - patch + 1)),
          );
          f.if(i32.eq(isInside, 0), () => {
            copyPatch(top, left, source);
            source.set(padded);
            rowStep.set(patch * pixelBytes);
          });
          lines[0].set(source);
          for (const [i, line] of lines.entries()) if (i > 0) line.set(i32.add(lines[i - 1], rowStep));
          const target = f.local("i32", i32.add(scratch, i32.mul(t, pixelBytes)));
          const bytes = f.local("i32");
          const write = (lanes: number): void => {
            const column = f.local("i32", bytes);
            const to = f.local("i32", i32.add(target, bytes));
            transformSquare(f, square, {
              transform: scheme.input,
              from: patch,
              to: patch,
              load: (i) => v128.load(i32.add(lines[i], column)),
              nextColumn: () => f.increase(column, pixelBytes),
              store(row) {
                for (const [i, value] of row.entries()) f.storeLanes(to, value, lanes, i * planeV);
              },
              nextRow: () => f.increase(to, patch * planeV),
            });
          };
          f.loop(bytes, 0, Math.floor(inC / 4) * 16, 16, () => write(4));
          if (inC % 4 > 0) write(inC % 4);
        });
      }

      /** The part of a patch that lies in the image, whose first pixel would lie at `source`, with zeros around it. */
      function copyPatch(top: Local<"i32">, left: Local<"i32">, source: Local<"i32">): void {
        const [i, row] = [f.local("i32"), f.local("i32")];
        const firstColumn = f.local("i32", i32.max(i32.sub(0, left), 0));
        const room = f.local("i32", i32.sub(width.in, left));
        const count = f.local("i32", i32.sub(i32.min(room, patch), firstColumn));
        const skipped = f.local("i32", i32.mul(firstColumn, pixelBytes));
        f.memoryFill(padded, 0, planes * pixelBytes);
        f.loop(i, 0, patch, 1, () => {
          row.set(i32.add(top, i));
          f.if(i32.and(i32.ltU(row, height.in), i32.gtS(count, 0)), () => {
            const to = i32.add(i32.add(padded, i32.mul(i, patch * pixelBytes)), skipped);
            const from = i32.add(i32.add(source, i32.mul(i, rowBytes)), skipped);
            f.memoryCopy(to, from, i32.mul(count, pixelBytes));
          });
        });
      }

      function loadLine(row: number): Local<"v128">[] {
        return Array.from({ length: patch }, (_, i) =>
          f.local("v128", v128.load(square, (row * patch + i) * 16)),
        );
      }

      /** M[i] = V[i] · U[i] for every plane. */
      function multiplyBlock(count: Local<"i32">): void {
        const sums = accumulators(f, tileRows, 2);
        const rows = sums.map(() => f.local("i32"));
        const columns = f.local("i32");
        const weights = f.local("i32", kernel);
        const planeIn = f.local("i32", scratch);
        const planeOut = f.local("i32", products);
        const panel = f.local("i32");
        const t = f.local("i32");
        f.repeat(planes, () => {
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

      /** M[plane][tile][outC] → outputs. */
      function writeBlock(first: Local<"i32">, count: Local<"i32">): void {
        const bytes = f.local("i32");
        forEachTile(f, grid, first, count, (t, n, y, x) => {
          const source = f.local("i32", i32.add(products, i32.mul(t, paddedC * 4)));
          const top = f.local("i32", i32.mul(y, tile));
          const left = f.local("i32", i32.mul(x, tile));
          const write = (lanes: number): void => {
            const column = f.local("i32", i32.add(source, bytes));
            const to = f.local("i32", square);
            f.repeat(patch, () => {
              const products = Array.from({ length: patch }, (_, i) =>
                f.local("v128", v128.load(column, i * patch * planeM)),
              );
              for (const [i, value] of scheme.output(f, products).entries())
                f.storeV128(to, value, i * patch * 16);
              f.increase(column, planeM);
              f.increase(to, 16);
            });
            const finisher = new EpilogueWriter(f, epilogue, operands, bytes, 1);
            const line = (row: number): Local<"v128">[] =>
              scheme.output(f, loadLine(row)).map((value) => f.local("v128", value));
            /** Writes at a place of the tile, in steps of `step` outputs, if the output is made. */
            const place = (i: number, j: number, step: number, store: (element: Local<"i32">) => void) => {
              const [rows, columns] = step === 2 ? [madeRows / 2, madeColumns / 2] : [height.out, width.out];
              const row = i32.add(step === 2 ? i32.divU(top, 2) : top, i);
              const at = i32.add(step === 2 ? i32.divU(left, 2) : left, j);
              const conditions: I32[] = [];
              if (i > 0 && madeRows % tile > 0) conditions.push(i32.ltS(row, rows));
              if (j > 0 && madeColumns % tile > 0) conditions.push(i32.ltS(at, columns));
              const writeOne = (): void => {
                const position = i32.add(i32.mul(i32.add(i32.mul(n, rows), row), columns), at);
                store(f.local("i32", i32.add(i32.mul(position, outC * 4), bytes)));
              };
              if (conditions.length === 0) writeOne();
              else f.if(conditions.reduce(i32.and), writeOne);
            };
            if (isPooled) {
              const early = !keepsOrder(epilogue);
              for (let i = 0; i < tile; i += 2) {
                const [upper, lower] = [line(i), line(i + 1)];
                for (let j = 0; j < tile; j += 2) {
                  const window = [upper[j], upper[j + 1], lower[j], lower[j + 1]].map((value) => [value]);
                  place(i / 2, j / 2, 2, (element) => {
                    const finish = (value: Local<"v128">) => finisher.finish(value, 0, element);
                    storePooled(f, window, { finish, early }, element, { output, winners }, lanes);
                  });
                }
              }
              return;
            }
            for (let i = 0; i < tile; i++) {
              for (const [j, value] of line(i).entries()) {
                place(i, j, 1, (element) =>
                  f.storeLanes(i32.add(output, element), finisher.finish(value, 0, element), lanes),
                );
              }
            }
          };
          f.loop(bytes, 0, Math.floor(outC / 4) * 16, 16, () => write(4));
          if (outC % 4 > 0) write(outC % 4);
        });
      }
    },
  };
};
