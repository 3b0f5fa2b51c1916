/**
 * The heart of products and convolutions: a tile of rows × columns held in registers while K runs.
 *
 *     sum[r][c] += A(r, k) · B(k, c)    for k = 0, 1, 2, … in this order, one product and one addition at a time
 *
 * Each row of A has a pointer of its own, so rows may lie anywhere (neighbouring pixels, one pooling window, matrix
 * rows); B is read as consecutive vectors. Every sum has one accumulator and runs over k in order: the result does not
 * depend on the tile, and part sums can be continued where they stopped.
 *
 * 4 rows × 2 vectors, one k a pass: Node 20's compiler moves all loads of a loop body to its front, so accumulators and
 * loads together must fit the 15 vector registers of x86-64 (8 + 4 + 2); the rows' splats come first, and the loop ends
 * by comparing a pointer. Measured 51 of 58 GFLOP/s; loop counters, unrolling or larger tiles cost up to half of it.
 */
import { type FunctionBuilder, f32x4, type I32, i32, type Local, type V128, v128 } from "../assembler.ts";

/** Columns of a tile: two vectors. */
export const tileColumns = 8;
export const tileRows = 4;

/** One loop of the nest over k, with the bytes each pass moves on in A and B. */
export interface TileLoop {
  readonly count: I32;
  readonly a: I32;
  readonly b: I32;
}

export interface Tile {
  /** Pointers to A, one a row; they are moved. */
  readonly rows: readonly Local<"i32">[];
  /** Pointer to B; it is moved. */
  readonly columns: Local<"i32">;
  /** Vectors a row of B has. */
  readonly vectors: number;
  /** Outermost first. A count that is known only at run time must not be 0. */
  readonly loops: readonly TileLoop[];
  /** Multiply lane by lane, with vectors of A instead of single numbers: channels that do not mix. Default false. */
  readonly laneByLane?: boolean;
}

/** Accumulators of a tile: [row][vector]. */
export type Accumulators = readonly (readonly Local<"v128">[])[];

export function accumulators(f: FunctionBuilder, rows: number, vectors: number): Accumulators {
  return Array.from({ length: rows }, () => f.locals4(vectors));
}

export function clear(sums: Accumulators): void {
  for (const sum of sums.flat()) sum.set(v128.zero);
}

/** Adds the products of the whole nest to `sums`. */
export function multiplyTile(f: FunctionBuilder, sums: Accumulators, tile: Tile): void {
  const { rows, columns, vectors, loops, laneByLane = false } = tile;
  const loadA = laneByLane ? v128.load : v128.load32Splat;
  const splats = rows.map(() => f.local("v128"));
  const b = f.locals4(vectors);
  const products = (): void => {
    for (const [r, row] of rows.entries()) splats[r].set(loadA(row));
    for (const [c, vector] of b.entries()) vector.set(v128.load(columns, c * 16));
    for (const [c, vector] of b.entries()) {
      for (const [r, splat] of splats.entries())
        sums[r][c].set(f32x4.add(sums[r][c], f32x4.mul(vector, splat)));
    }
  };
  const advance = (a: I32, bytes: I32): void => {
    for (const row of rows) f.increase(row, a);
    f.increase(columns, bytes);
  };
  const nest = (depth: number): void => {
    const { count, a, b: bytes } = loops[depth];
    if (depth === loops.length - 1) {
      if (count === 1) {
        products();
        advance(a, bytes);
        return;
      }
      const last = f.local("i32", i32.add(columns, i32.mul(count, bytes)));
      f.doWhile(
        () => {
          products();
          advance(a, bytes);
        },
        () => i32.ne(columns, last),
      );
      return;
    }
    const inner = loops[depth + 1];
    f.repeat(count, () => {
      nest(depth + 1);
      advance(difference(a, inner.a, inner.count), difference(bytes, inner.b, inner.count));
    });
  };
  nest(0);
}

/** Sets `sums` to the products of a packed patch, [k][4 rows], and a panel, [k][8 columns], for k below `length`. */
export function multiplyPatch(
  f: FunctionBuilder,
  sums: Accumulators,
  patch: Local<"i32">,
  panel: Local<"i32">,
  length: number,
): void {
  clear(sums);
  addPatch(f, sums, { patch, panel, length, patchStep: tileRows * 4, panelStep: tileColumns * 4 });
}

/** A patch, [k][4 rows] with `patchStep` bytes from k to k, and a panel, [k][8 columns] with `panelStep`. */
export interface PatchProduct {
  readonly patch: Local<"i32">;
  readonly panel: Local<"i32">;
  /** Not 0. */
  readonly length: I32;
  readonly patchStep: number;
  readonly panelStep: number;
}

/** Adds the products of a patch and a panel to `sums`. */
export function addPatch(
  f: FunctionBuilder,
  sums: Accumulators,
  { patch, panel, length, patchStep, panelStep }: PatchProduct,
): void {
  const splats = sums.map(() => f.local("v128"));
  const b = f.locals4(2);
  const a = f.local("i32", patch);
  const columns = f.local("i32", panel);
  const last = f.local("i32", i32.add(panel, i32.mul(length, panelStep)));
  f.doWhile(
    () => {
      for (const [r, splat] of splats.entries()) splat.set(v128.load32Splat(a, r * 4));
      for (const [c, vector] of b.entries()) vector.set(v128.load(columns, c * 16));
      for (const [c, vector] of b.entries()) {
        for (const [r, splat] of splats.entries())
          sums[r][c].set(f32x4.add(sums[r][c], f32x4.mul(vector, splat)));
      }
      f.increase(a, patchStep);
      f.increase(columns, panelStep);
    },
    () => i32.ne(columns, last),
  );
}

/** What is left to move on after an inner loop has moved `count` times by `step`. */
function difference(total: I32, step: I32, count: I32): I32 {
  const moved = i32.mul(step, count);
  return typeof total === "number" && typeof moved === "number" ? total - moved : i32.sub(total, moved);
}

/** The nest without loops of a single pass that move like the loop around them would. */
export function simplifyLoops(loops: readonly TileLoop[]): TileLoop[] {
  const kept = loops.filter(({ count }) => count !== 1);
  const joined: TileLoop[] = [];
  for (const loop of kept) {
    const outer = joined[joined.length - 1];
    const { count, a, b } = loop;
    const contiguous =
      outer &&
      [outer.count, outer.a, outer.b, count, a, b].every((n) => typeof n === "number") &&
      outer.a === (count as number) * (a as number) &&
      outer.b === (count as number) * (b as number);
    if (contiguous) joined[joined.length - 1] = { count: (outer.count as number) * (count as number), a, b };
    else joined.push(loop);
  }
  return joined.length > 0 ? joined : [loops[loops.length - 1]];
}

/** Writes the first `columns` numbers of a row of accumulators. */
export function storeRow(
  f: FunctionBuilder,
  address: I32,
  row: readonly V128[],
  columns: number,
  offset = 0,
): void {
  for (const [c, vector] of row.entries()) {
    const lanes = Math.min(4, columns - c * 4);
    if (lanes > 0) f.storeLanes(address, vector, lanes, offset + c * 16);
  }
}
