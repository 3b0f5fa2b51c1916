/**
 * Matrix products, with bias and activation while the sums are still in registers.
 *
 * A may be read across or along (its elements are splat one by one); B must have its columns side by side: row-major,
 * or as panels of eight columns (see derive-panels.ts) where the rows of B would lie too far apart for the caches. A
 * unit is one tile of 4 rows × 8 columns, over the whole of K; all columns of a block of rows come before the next block,
 * which stays in the second-level cache meanwhile. A single row takes tiles of 16 columns, whole cache lines
 * of B: it reads every number of B once, and nothing else takes time.
 */
import type { Epilogue } from "../../../compiler/expression.ts";
import type { MatMulParams } from "../../../graph/ops/mat-mul.ts";
import { i32 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { EpilogueWriter } from "./formula.ts";
import { accumulators, clear, multiplyTile, storeRow, tileColumns, tileRows } from "./tile.ts";

export interface WasmMatMulParams extends Pick<MatMulParams, "transposeA"> {
  /** Rows, columns and length of the sums. */
  readonly sizes: { readonly rows: number; readonly inner: number; readonly columns: number };
  /** B comes as panels of eight columns. */
  readonly panels: boolean;
  readonly epilogue: Epilogue;
}

/** Tiles of a block of rows. */
const blockTiles = 16;

export const matMul: KernelWriter<WasmMatMulParams> = ({ params }) => {
  const { transposeA, panels, epilogue, sizes } = params;
  const { rows, inner, columns } = sizes;
  const height = Math.min(rows, tileRows);
  const vectors = height === 1 && !panels ? 4 : 2;
  const width = vectors * 4;
  const panelCount = Math.ceil(columns / width);
  const rowTiles = Math.ceil(rows / height);
  const stepB = panels ? tileColumns * 4 : columns * 4;
  /* Read along, the rows of A lie next to each other and the number of rows is part of the code. */
  const rowsIfKnown = transposeA ? rows : undefined;
  /* Of a batch, only the rows differ; of a weight gradient, only the length of the sums. */
  const innerIfKnown = transposeA ? undefined : inner;
  return {
    algorithm: `gemm ${height}×${width}${panels ? " panels" : ""}`,
    units: panelCount * rowTiles,
    numbers: [rows, rowTiles, inner],
    key: JSON.stringify(["matMul", height, rowsIfKnown, innerIfKnown, columns, panels, epilogue]),
    write(f, { addresses: [a, b, ...rest], numbers: [rowCount, tiles, length], begin, end }) {
      const operands = rest.slice(0, -1);
      const output = rest[rest.length - 1];
      const sums = accumulators(f, height, vectors);
      const pointers = sums.map(() => f.local("i32"));
      const rowBytes = sums.map(() => f.local("i32"));
      const pointerB = f.local("i32");
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const block = f.local("i32", i32.divU(unit, panelCount * blockTiles));
        const firstTile = f.local("i32", i32.mul(block, blockTiles));
        const inBlock = f.local("i32", i32.sub(unit, i32.mul(firstTile, panelCount)));
        const blockCount = f.local("i32", i32.min(i32.sub(tiles, firstTile), blockTiles));
        const panel = f.local("i32", i32.divU(inBlock, blockCount));
        const tile = i32.add(firstTile, i32.sub(inBlock, i32.mul(panel, blockCount)));
        const firstRow = f.local("i32", i32.mul(tile, height));
        const channelBytes = f.local("i32", i32.mul(panel, width * 4));
        for (const [r, pointer] of pointers.entries()) {
          /* Behind the last row, the last row again: the same numbers go to the same place. */
          const row = f.local("i32", i32.min(i32.add(firstRow, r), i32.sub(rowCount, 1)));
          pointer.set(i32.add(a, i32.mul(row, transposeA ? 4 : inner * 4)));
          rowBytes[r].set(i32.add(i32.mul(row, columns * 4), channelBytes));
        }
        pointerB.set(i32.add(b, panels ? i32.mul(panel, inner * tileColumns * 4) : channelBytes));
        clear(sums);
        const loop = { count: transposeA ? length : inner, a: transposeA ? rows * 4 : 4, b: stepB };
        multiplyTile(f, sums, { rows: pointers, columns: pointerB, vectors, loops: [loop] });
        const end = new EpilogueWriter(f, epilogue, operands, channelBytes, vectors);
        for (const [r, row] of sums.entries()) {
          for (const [c, sum] of row.entries()) sum.set(end.finish(sum, c, rowBytes[r]));
        }
        const store = (count: number): void => {
          for (const [r, row] of sums.entries()) storeRow(f, i32.add(output, rowBytes[r]), row, count);
        };
        const lastWidth = columns - (panelCount - 1) * width;
        if (lastWidth === width) store(width);
        else
          f.if(
            i32.eq(panel, panelCount - 1),
            () => store(lastWidth),
            () => store(width),
          );
      });
    },
  };
};
