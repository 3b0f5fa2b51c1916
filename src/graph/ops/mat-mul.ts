import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

export interface MatMulParams {
  /** Read `a` as [K, M]. */
  readonly transposeA: boolean;
  /** Read `b` as [N, K]. */
  readonly transposeB: boolean;
}

/** Rows, columns, and length of the sums of a product. */
export function matMulSizes([a, b]: readonly Shape[], { transposeA, transposeB }: MatMulParams) {
  const [rows, inner] = transposeA ? [a[1], a[0]] : a;
  const [innerB, columns] = transposeB ? [b[1], b[0]] : b;
  if (a.length !== 2 || b.length !== 2 || inner !== innerB) {
    throw new ShapeError({
      where: "matMul",
      expected: "matrices [M, K] and [K, N] with the same K",
      received: `${formatShape(a)}${transposeA ? "ᵀ" : ""} and ${formatShape(b)}${transposeB ? "ᵀ" : ""}`,
    });
  }
  return { rows, inner, columns };
}

/** Matrix product, of either operand transposed: [M, K], [K, N] → [M, N]. */
export const matMulOp: Op<MatMulParams> = {
  name: "matMul",
  shape(inputs, params) {
    const { rows, columns } = matMulSizes(inputs, params);
    return [rows, columns];
  },
  gradient({ inputs: [a, b], outputGradient: g, params: { transposeA, transposeB } }) {
    const gradientA = transposeA
      ? matMul(b, g, { transposeA: transposeB, transposeB: true })
      : matMul(g, b, { transposeB: !transposeB });
    const gradientB = transposeB
      ? matMul(g, a, { transposeA: true, transposeB: transposeA })
      : matMul(a, g, { transposeA: !transposeA });
    return [gradientA, gradientB];
  },
  flops(inputs, _, params) {
    const { rows, inner, columns } = matMulSizes(inputs, params);
    return 2 * rows * inner * columns;
  },
};

/**
 * Matrix product: [M, K], [K, N] → [M, N].
 *
 * @throws ShapeError if the inner lengths differ or an operand is no matrix.
 */
export function matMul(a: Value, b: Value, options: Partial<MatMulParams> = {}): Value {
  return apply(matMulOp, [a, b], { transposeA: false, transposeB: false, ...options });
}
