/**
 * A matrix as panels of eight columns (or as many as `width` says): [⌈columns / 8⌉][K][8], the rest of the last panel
 * filled with zeros. Products
 * then read it as one stream. Rows may be nested (taps, channels), run backward, and columns may lie anywhere, so that
 * kernels for input gradients — turned around, channels exchanged — are made by the same code.
 *
 * A unit is one panel of one group.
 */
import { f32, i32, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { tileColumns } from "./tile.ts";

export interface PanelParams {
  /** Each group's matrix begins this many elements after the one before. */
  readonly groups: { readonly count: number; readonly stride: number };
  /** Elements before the first. */
  readonly offset: number;
  /** The rows: nested loops, outermost first, with the elements a pass moves on. */
  readonly rows: readonly { readonly count: number; readonly stride: number }[];
  readonly columns: { readonly count: number; readonly stride: number };
  /** Columns of a panel, a multiple of 4. Default 8. */
  readonly width?: number;
}

/** Rows of a panel. */
export function panelRows({ rows }: PanelParams): number {
  return rows.reduce((product, { count }) => product * count, 1);
}

/** Elements of all panels. */
export function panelElements(params: PanelParams): number {
  const { groups, columns, width = tileColumns } = params;
  return groups.count * Math.ceil(columns.count / width) * panelRows(params) * width;
}

export const derivePanels: KernelWriter<PanelParams> = ({ params }) => {
  const { groups, offset, rows, columns, width: panelWidth = tileColumns } = params;
  const perGroup = Math.ceil(columns.count / panelWidth);
  const lastWidth = columns.count - (perGroup - 1) * panelWidth;
  const panelBytes = panelRows(params) * panelWidth * 4;
  return {
    algorithm: `panels of ${panelWidth}`,
    units: groups.count * perGroup,
    key: JSON.stringify(["derivePanels", params]),
    write(f, { addresses: [input, output], begin, end }) {
      const from = f.local("i32");
      const to = f.local("i32");
      const panel = f.local("i32");
      const copyRow = (width: number): void => {
        if (columns.stride === 1 && width === panelWidth) {
          for (let c = 0; c < width; c += 4) f.storeV128(to, v128.load(from, c * 4), c * 4);
        } else {
          for (let c = 0; c < panelWidth; c++) {
            const number = c < width ? f32.load(from, c * columns.stride * 4) : f32.const(0);
            f.storeF32(to, number, c * 4);
          }
        }
        f.increase(to, panelWidth * 4);
      };
      const copyRows = (width: number, depth = 0): void => {
        if (depth === rows.length) {
          copyRow(width);
          return;
        }
        const { count, stride } = rows[depth];
        f.repeat(count, () => {
          copyRows(width, depth + 1);
          f.increase(from, stride * 4);
        });
        f.increase(from, -stride * count * 4);
      };
      f.loop(panel, begin, end, 1, () => {
        const group = f.local("i32", i32.divU(panel, perGroup));
        const inGroup = f.local("i32", i32.sub(panel, i32.mul(group, perGroup)));
        const first = i32.add(
          i32.mul(group, groups.stride * 4),
          i32.mul(inGroup, panelWidth * columns.stride * 4),
        );
        from.set(i32.add(i32.add(input, offset * 4), first));
        to.set(i32.add(output, i32.mul(panel, panelBytes)));
        if (lastWidth === panelWidth) copyRows(panelWidth);
        else
          f.if(
            i32.eq(inGroup, perGroup - 1),
            () => copyRows(lastWidth),
            () => copyRows(panelWidth),
          );
      });
    },
  };
};
