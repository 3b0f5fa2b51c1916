/** What the convolution kernels share: the tiles of four positions, and where eight output channels of them go. */
import type { Epilogue } from "../../../compiler/expression.ts";
import { type FunctionBuilder, type I32, i32, type Local } from "../assembler.ts";
import { EpilogueWriter } from "./formula.ts";
import { keepsOrder, storePooled } from "./pooled-store.ts";
import { type Accumulators, storeRow, tileColumns, tileRows } from "./tile.ts";

/** How output positions lie in what is read. */
export interface PositionGrid {
  /** Whether a tile is the four positions of one 2 × 2 pooling window, and a position is a window. */
  readonly pooled: boolean;
  /** Positions of a row. */
  readonly columns: number;
  /** Bytes from row to row of positions, and from position to position. */
  readonly rowBytes: number;
  readonly pixelBytes: number;
}

/** The next position along a row, or the first of the next row. */
function nextPosition(f: FunctionBuilder, x: Local<"i32">, y: Local<"i32">, columns: number): void {
  f.increase(x, 1);
  f.if(i32.eq(x, columns), () => {
    x.set(0);
    f.increase(y, 1);
  });
}

/**
 * Calls `visit` for each tile, with the pointers at the windows of its four positions. Behind the last position, the last
 * again.
 *
 * @param place is told where each position lies
 */
export function forEachTile(
  f: FunctionBuilder,
  { pooled, columns, rowBytes, pixelBytes }: PositionGrid,
  pointers: readonly Local<"i32">[],
  origin: Local<"i32">,
  positions: Local<"i32">,
  visit: (position: Local<"i32">) => void,
  place: (r: number, y: Local<"i32">, x: Local<"i32">) => void = () => {},
): void {
  const position = f.local("i32");
  const x = f.local("i32", 0);
  const y = f.local("i32", 0);
  if (pooled) {
    f.loop(position, 0, positions, 1, () => {
      pointers[0].set(i32.add(origin, i32.add(i32.mul(y, 2 * rowBytes), i32.mul(x, 2 * pixelBytes))));
      pointers[1].set(i32.add(pointers[0], pixelBytes));
      pointers[2].set(i32.add(pointers[0], rowBytes));
      pointers[3].set(i32.add(pointers[2], pixelBytes));
      visit(position);
      nextPosition(f, x, y, columns);
    });
    return;
  }
  const last = i32.sub(positions, 1);
  f.loop(position, 0, positions, tileRows, () => {
    for (const [r, pointer] of pointers.entries()) {
      pointer.set(i32.add(origin, i32.add(i32.mul(y, rowBytes), i32.mul(x, pixelBytes))));
      place(r, y, x);
      f.if(i32.ltS(i32.add(position, r), last), () => nextPosition(f, x, y, columns));
    }
    visit(position);
  });
}

export interface PanelShape {
  /** Output channels of a group, and of all groups. */
  readonly outC: number;
  readonly channels: number;
  readonly epilogue: Epilogue;
  readonly pooled: boolean;
}

/** Which of the outputs a panel makes. */
export interface PanelPlace {
  /** The first of its eight channels, and whether they are the last of the group. */
  readonly channel: Local<"i32">;
  readonly isLast: I32;
  /** The first position, counted through the batch, and how many there are. */
  readonly firstPosition: Local<"i32">;
  readonly positions: Local<"i32">;
}

/**
 * Writes the sums of a tile: bias and activation, pooling if asked for.
 *
 * @param addresses of image, kernel, the epilogue's operands, output, winners
 * @param places pixels of the output that the tile's rows go to, if they do not lie side by side
 */
export function panelWriter(
  f: FunctionBuilder,
  { outC, channels, epilogue, pooled }: PanelShape,
  sums: Accumulators,
  addresses: readonly Local<"i32">[],
  { channel, isLast, firstPosition, positions }: PanelPlace,
  places?: readonly Local<"i32">[],
): (position: Local<"i32">) => void {
  const operands = addresses.slice(2, 2 + epilogue.kinds.length);
  const [output, winners] = addresses.slice(2 + epilogue.kinds.length);
  const finisher = new EpilogueWriter(f, epilogue, operands, i32.mul(channel, 4), 2);
  const early = !keepsOrder(epilogue);
  const lastWidth = outC - (Math.ceil(outC / tileColumns) - 1) * tileColumns;
  const store = (write: (width: number) => void): void => {
    if (lastWidth === tileColumns) write(tileColumns);
    else
      f.if(
        isLast,
        () => write(lastWidth),
        () => write(tileColumns),
      );
  };
  const elementOf = (pixel: I32): I32 => i32.mul(i32.add(i32.mul(pixel, channels), channel), 4);
  if (pooled) {
    return (position) => {
      const element = f.local("i32", elementOf(i32.add(firstPosition, position)));
      store((columns) => {
        const finish = (value: Local<"v128">, c: number) => finisher.finish(value, c, element);
        storePooled(f, sums, { finish, early }, element, { output, winners }, columns);
      });
    };
  }
  return (position) => {
    const last = i32.sub(positions, 1);
    /* Behind the last position, the last again: the same numbers go to the same place. */
    const targets = sums.map((_, r) => {
      if (places) return f.local("i32", elementOf(places[r]));
      const at = f.local("i32", i32.min(f.local("i32", i32.add(position, r)), last));
      return f.local("i32", elementOf(i32.add(firstPosition, at)));
    });
    for (const [r, sum] of sums.entries()) {
      for (const [c, vector] of sum.entries()) vector.set(finisher.finish(vector, c, targets[r]));
    }
    store((columns) => {
      for (const [r, sum] of sums.entries()) storeRow(f, i32.add(output, targets[r]), sum, columns);
    });
  };
}
