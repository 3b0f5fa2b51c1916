/**
 * Winograd's minimal filtering of 3 × 3 kernels: F(2 × 2, 3 × 3) makes four outputs from 16 products a channel instead
 * of 36, F(4 × 4, 3 × 3) sixteen from 36 instead of 144.
 *
 *     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
 *
 * d is a patch of the image (patches overlap by two), g the kernel, Y the outputs. The transforms are applied to the lines
 * of one axis, then of the other. F(2)'s factors are 0, 1 and ½: as close to the exact sums as the direct ones. F(4)'s
 * go up to 8: relative errors of about 1e-6.
 *
 * @see Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"
 */
import { type FunctionBuilder, f32x4, type Local, type V128 } from "../assembler.ts";

export type Vector = Local<"v128">;

/** Transforms the vectors of one line. */
type LineTransform = (f: FunctionBuilder, line: readonly Vector[]) => V128[];

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
