/** A tile of a kernel's gradient: rows are (tap, input channel) pairs, columns output channels, K runs over positions. */
import { type FunctionBuilder, type I32, i32, type Local, v128 } from "../assembler.ts";
import type { Axes } from "./band.ts";
import { type Accumulators, clear, multiplyTile, storeRow, type Tile, tileColumns } from "./tile.ts";

export interface KernelGradientParams {
  readonly axes: Axes;
  readonly groups: number;
  /** Channels of one group. */
  readonly inC: number;
  readonly outC: number;
}

/** Output channels in panels of eight, group by group. */
export function panelsOf({ groups, outC }: KernelGradientParams) {
  const perGroup = Math.ceil(outC / tileColumns);
  return { perGroup, count: groups * perGroup, lastWidth: outC - (perGroup - 1) * tileColumns };
}

/** Where a panel lies: its number within the group, the group, and the first output channel. */
export interface PanelPlace {
  readonly inGroup: Local<"i32">;
  readonly group: Local<"i32">;
  readonly channel: Local<"i32">;
}

export function locatePanel(
  f: FunctionBuilder,
  panel: Local<"i32">,
  params: KernelGradientParams,
): PanelPlace {
  const { perGroup } = panelsOf(params);
  const group = f.local("i32", i32.divU(panel, perGroup));
  const inGroup = f.local("i32", i32.sub(panel, i32.mul(group, perGroup)));
  const channel = f.local("i32", i32.add(i32.mul(group, params.outC), i32.mul(inGroup, tileColumns)));
  return { inGroup, group, channel };
}

/**
 * Adds one pass over positions to the numbers at `target`; the first pass begins from zeros.
 *
 * @param pass 0 for the first
 */
export function accumulateTile(
  f: FunctionBuilder,
  params: KernelGradientParams,
  sums: Accumulators,
  tile: Omit<Tile, "vectors">,
  { pass, panel, target }: { pass: I32; panel: PanelPlace; target: Local<"i32"> },
): void {
  const rowBytes = params.groups * params.outC * 4;
  f.if(
    i32.eq(pass, 0),
    () => clear(sums),
    () => {
      for (const [r, row] of sums.entries()) {
        for (const [c, sum] of row.entries()) sum.set(v128.load(target, r * rowBytes + c * 16));
      }
    },
  );
  const counts = tile.loops.map(({ count }) => count).filter((count) => typeof count !== "number");
  const multiply = (): void => multiplyTile(f, sums, { ...tile, vectors: 2 });
  if (counts.length === 0) multiply();
  else f.if(counts.map((count): I32 => i32.gtS(count, 0)).reduce(i32.and), multiply);
  const { perGroup, lastWidth } = panelsOf(params);
  const store = (width: number): void => {
    for (const [r, row] of sums.entries()) storeRow(f, target, row, width, r * rowBytes);
  };
  if (lastWidth === tileColumns) store(tileColumns);
  else
    f.if(
      i32.eq(panel.inGroup, perGroup - 1),
      () => store(lastWidth),
      () => store(tileColumns),
    );
}

export function remainder(f: FunctionBuilder, value: Local<"i32">, by: number): I32 {
  return by === 1 ? 0 : f.local("i32", i32.sub(value, i32.mul(i32.divU(value, by), by)));
}
