/**
 * Winograd's minimal filtering of 3 × 3 kernels: F(2 × 2, 3 × 3) makes four outputs from 16 products a channel instead
 * of 36, F(4 × 4, 3 × 3) sixteen from 36 instead of 144.
 *
 *     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
 *
 * d is a patch of the image (patches overlap by two), g the kernel, Y the outputs. The kernel's gradient is the same
 * formula differentiated: with y the gradient of a tile of outputs, summed over all tiles,
 *
 *     dg = Gᵀ [ Σ (Bᵀ d B) ⊙ (A y Aᵀ) ] G
 *
 * The transforms are applied to the lines of one axis, then of the other. F(2)'s factors are 0, 1 and ½: as close to the exact sums as the direct ones. F(4)'s
 * go up to 8: relative errors of about 1e-6.
 *
 * @see Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"
 */
import { type FunctionBuilder, f32x4, i32, type Local, type V128, v128 } from "../assembler.ts";

export type Vector = Local<"v128">;

/** Transforms the vectors of one line. */
export type LineTransform = (f: FunctionBuilder, line: readonly Vector[]) => V128[];

export interface WinogradScheme {
  readonly name: string;
  /** Outputs of a tile along an axis. */
  readonly outputs: number;
  /** Pixels of a patch along an axis. */
  readonly patch: number;
  /** Bᵀ: `patch` pixels → `patch`. */
  readonly input: LineTransform;
  /** G: 3 weights → `patch`. */
  readonly kernel: LineTransform;
  /** Aᵀ: `patch` products → `outputs`. */
  readonly output: LineTransform;
}

const { add, sub } = f32x4;
const times = (a: V128, factor: number): V128 => f32x4.mul(a, f32x4.const(factor));

const winograd23: WinogradScheme = {
  name: "winograd23",
  outputs: 2,
  patch: 4,
  input: (_, [d0, d1, d2, d3]) => [sub(d0, d2), add(d1, d2), sub(d2, d1), sub(d1, d3)],
  kernel(f, [g0, g1, g2]) {
    const outer = f.local("v128", add(g0, g2));
    return [g0, times(add(outer, g1), 0.5), times(sub(outer, g1), 0.5), g2];
  },
  output: (_, [m0, m1, m2, m3]) => [add(add(m0, m1), m2), sub(sub(m1, m2), m3)],
};

const winograd43: WinogradScheme = {
  name: "winograd43",
  outputs: 4,
  patch: 6,
  input(f, [d0, d1, d2, d3, d4, d5]) {
    const a = f.local("v128", sub(d4, times(d2, 4)));
    const b = f.local("v128", sub(d3, times(d1, 4)));
    const c = f.local("v128", sub(d4, d2));
    const e = f.local("v128", times(sub(d3, d1), 2));
    return [
      add(a, sub(times(d0, 4), d2)),
      add(a, b),
      sub(a, b),
      add(c, e),
      sub(c, e),
      sub(sub(d5, d3), times(e, 2)),
    ];
  },
  kernel(f, [g0, g1, g2]) {
    const outer = f.local("v128", times(add(g0, g2), -1 / 6));
    const inner = f.local("v128", times(g1, 1 / 6));
    const wide = f.local("v128", add(times(g0, 1 / 24), times(g2, 1 / 6)));
    const middle = f.local("v128", times(g1, 1 / 12));
    return [times(g0, 1 / 4), sub(outer, inner), add(outer, inner), add(wide, middle), sub(wide, middle), g2];
  },
  output(f, [m0, m1, m2, m3, m4, m5]) {
    const a = f.local("v128", add(m1, m2));
    const b = f.local("v128", sub(m1, m2));
    const c = f.local("v128", add(m3, m4));
    const e = f.local("v128", sub(m3, m4));
    return [add(add(m0, a), c), add(b, times(e, 2)), add(a, times(c, 4)), add(add(b, times(e, 8)), m5)];
  },
};

/** The schemes by the outputs of a tile along an axis. */
export const winogradSchemes = { 2: winograd23, 4: winograd43 } as const;
export type WinogradTile = keyof typeof winogradSchemes;

/** G g Gᵀ: 3 × 3 weights → patch × patch, row-major. */
export function transformKernel(
  f: FunctionBuilder,
  { kernel }: WinogradScheme,
  weights: readonly Vector[],
): Vector[] {
  const lines = [0, 1, 2].map((column) =>
    kernel(
      f,
      [0, 1, 2].map((row) => weights[row * 3 + column]),
    ).map((value) => f.local("v128", value)),
  );
  return lines[0].flatMap((_, row) =>
    kernel(
      f,
      lines.map((line) => line[row]),
    ).map((value) => f.local("v128", value)),
  );
}

/** Channels that the kernel's gradient takes together: more are transformed less often, fewer stay in the cache. */
export const gradientChannels = 32;
export const gradientBlocks = (channels: number): number => Math.ceil(channels / gradientChannels);

/** A transform along both axes of a square of numbers, by way of `square`, `patch`² vectors of memory. */
export interface SquareTransform {
  readonly transform: LineTransform;
  /** Numbers of a line before and after. */
  readonly from: number;
  readonly to: number;
  /** Number `i` of the current column. */
  load(i: number): V128;
  /** Moves to the next column. */
  nextColumn(): void;
  /** Writes the numbers of the current row. */
  store(row: readonly V128[]): void;
  nextRow(): void;
}

/** Lines are transformed in loops: a whole patch does not fit the registers. */
export function transformSquare(
  f: FunctionBuilder,
  square: Local<"i32">,
  { transform, from, to, load, nextColumn, store, nextRow }: SquareTransform,
): void {
  const column = f.local("i32", square);
  f.repeat(from, () => {
    const line = Array.from({ length: from }, (_, i) => f.local("v128", load(i)));
    for (const [i, value] of transform(f, line).entries()) f.storeV128(column, value, i * from * 16);
    nextColumn();
    f.increase(column, 16);
  });
  const row = f.local("i32", square);
  f.repeat(to, () => {
    const line = Array.from({ length: from }, (_, i) => f.local("v128", v128.load(row, i * 16)));
    store(transform(f, line));
    nextRow();
    f.increase(row, from * 16);
  });
}

/** Tiles of the images of a batch, row by row. */
export interface TileGrid {
  readonly rows: number;
  readonly columns: number;
}

/** Calls `visit` with a tile's number in the block, image, and place. */
export function forEachTile(
  f: FunctionBuilder,
  { rows, columns }: TileGrid,
  first: Local<"i32">,
  count: Local<"i32">,
  visit: (t: Local<"i32">, n: Local<"i32">, y: Local<"i32">, x: Local<"i32">) => void,
): void {
  const t = f.local("i32");
  const n = f.local("i32", i32.divU(first, rows * columns));
  const inImage = f.local("i32", i32.sub(first, i32.mul(n, rows * columns)));
  const y = f.local("i32", i32.divU(inImage, columns));
  const x = f.local("i32", i32.sub(inImage, i32.mul(y, columns)));
  f.loop(t, 0, count, 1, () => {
    visit(t, n, y, x);
    f.increase(x, 1);
    f.if(i32.eq(x, columns), () => {
      x.set(0);
      f.increase(y, 1);
      f.if(i32.eq(y, rows), () => {
        y.set(0);
        f.increase(n, 1);
      });
    });
  });
}
