/**
 * A 3 × 3 kernel in Winograd's form (winograd.ts): [16 or 36][⌈columns / 8⌉][K][8], matrices in panels of eight
 * columns. Rows and columns may lie anywhere, so that kernels of input gradients — turned around, channels exchanged —
 * are made by the same code. Columns behind the last hold whatever lies there; nobody reads what comes of them.
 *
 * A unit is one row of one panel.
 */
import { i32, type Local, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { tileColumns } from "./tile.ts";
import { transformKernel, type WinogradTile, winogradSchemes } from "./winograd.ts";

export interface WinogradPanelParams {
  readonly tile: WinogradTile;
  /** Elements before the first. */
  readonly offset: number;
  /** Elements from tap to tap along both axes of the window. */
  readonly taps: readonly [height: number, width: number];
  readonly rows: { readonly count: number; readonly stride: number };
  readonly columns: { readonly count: number; readonly stride: number };
}

/** Elements of all panels. */
export function winogradElements({ tile, rows, columns }: WinogradPanelParams): number {
  return winogradSchemes[tile].patch ** 2 * Math.ceil(columns.count / tileColumns) * tileColumns * rows.count;
}

export const deriveWinograd: KernelWriter<WinogradPanelParams> = ({ params }) => {
  const { tile, offset, taps, rows, columns } = params;
  const scheme = winogradSchemes[tile];
  const panels = Math.ceil(columns.count / tileColumns);
  const planeBytes = panels * rows.count * tileColumns * 4;
  return {
    algorithm: `${scheme.name} panels`,
    units: panels * rows.count,
    key: JSON.stringify(["deriveWinograd", params]),
    write(f, { addresses: [input, output], begin, end }) {
      const unit = f.local("i32");
      const load = (from: Local<"i32">, bytes: number): V128 => {
        if (columns.stride === 1) return v128.load(from, bytes);
        const vector = f.local("v128", v128.zero);
        for (let lane = 0; lane < 4; lane++) {
          vector.set(v128.load32Lane(from, vector, lane, bytes + lane * columns.stride * 4));
        }
        return vector;
      };
      f.loop(unit, begin, end, 1, () => {
        const panel = f.local("i32", i32.divU(unit, rows.count));
        const row = f.local("i32", i32.sub(unit, i32.mul(panel, rows.count)));
        const target = f.local("i32", i32.add(output, i32.mul(unit, tileColumns * 4)));
        for (const half of [0, 4]) {
          const base = i32.add(
            i32.mul(panel, tileColumns * columns.stride * 4),
            i32.mul(row, rows.stride * 4),
          );
          const from = f.local("i32", i32.add(i32.add(input, base), (offset + half * columns.stride) * 4));
          const kernel: Local<"v128">[] = [];
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
              const tap = f.local("i32", i32.add(from, (i * taps[0] + j * taps[1]) * 4));
              kernel.push(f.local("v128", load(tap, 0)));
            }
          }
          for (const [i, value] of transformKernel(f, scheme, kernel).entries()) {
            f.storeV128(target, value, i * planeBytes + half * 4);
          }
        }
      });
    },
  };
};
