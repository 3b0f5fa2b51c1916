/**
 * Winograd's minimal filtering F(2 × 2, 3 × 3): four outputs of a 3 × 3 convolution from 16 products a channel instead
 * of 36.
 *
 *     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
 *
 * d is a 4 × 4 patch of the image (patches overlap by two), g the kernel, Y the 2 × 2 outputs. The factors are 0, 1 and ½,
 * so float32 results are as close to the exact sums as the direct ones. An output depends on exactly the pixels it should:
 * whatever lies in the fourth row or column of the last patches cannot reach the outputs that are kept.
 *
 * @see Lavin & Gray 2016, "Fast algorithms for convolutional neural networks"
 */
import { type FunctionBuilder, f32x4, type Local, type V128 } from "../assembler.ts";

export type Vector = Local<"v128">;
/** 4 × 4, row-major. */
export type Patch = readonly Vector[];

export const patchSize = 16;

/** Applies a transform of one axis to the rows of a square, then to its columns. */
function bothAxes(
  f: FunctionBuilder,
  square: readonly Vector[],
  size: number,
  transform: (...line: Vector[]) => V128[],
): Vector[] {
  const column = (values: readonly Vector[], width: number, i: number): Vector[] =>
    values.filter((_, index) => index % width === i);
  const columns = Array.from({ length: size }, (_, i) =>
    transform(...column(square, size, i)).map((value) => f.local("v128", value)),
  );
  const rows = columns[0].map((_, r) => columns.map((values) => values[r]));
  return rows.flatMap((row) => transform(...row).map((value) => f.local("v128", value)));
}

/** Bᵀ d B: 4 × 4 pixels → 4 × 4. */
export function transformInput(f: FunctionBuilder, patch: Patch): Vector[] {
  return bothAxes(f, patch, 4, (d0, d1, d2, d3) => [
    f32x4.sub(d0, d2),
    f32x4.add(d1, d2),
    f32x4.sub(d2, d1),
    f32x4.sub(d1, d3),
  ]);
}

/** G g Gᵀ: 3 × 3 weights → 4 × 4. */
export function transformKernel(f: FunctionBuilder, kernel: readonly Vector[]): Vector[] {
  return bothAxes(f, kernel, 3, (g0, g1, g2) => {
    const outer = f.local("v128", f32x4.add(g0, g2));
    const half = f32x4.const(0.5);
    return [g0, f32x4.mul(f32x4.add(outer, g1), half), f32x4.mul(f32x4.sub(outer, g1), half), g2];
  });
}

/** Aᵀ m A: 4 × 4 products → 2 × 2 outputs. */
export function transformOutput(f: FunctionBuilder, products: Patch): Vector[] {
  return bothAxes(f, products, 4, (m0, m1, m2, m3) => [
    f32x4.add(f32x4.add(m0, m1), m2),
    f32x4.sub(f32x4.sub(m1, m2), m3),
  ]);
}
