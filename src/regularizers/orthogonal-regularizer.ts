import { ShapeError } from "../core/errors.ts";
import { checkOptions, lookUp } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import { formatShape } from "../core/shape.ts";
import { abs, divide, maximum, multiply, sqrt, square } from "../graph/ops/elementwise.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Regularizer } from "./regularizer.ts";

export interface OrthogonalRegularizerOptions {
  /** Price of two parallel vectors. Default 0.01. */
  factor?: number;
  /** Which vectors are to be at right angles. Default `"rows"`. */
  mode?: "rows" | "columns";
}

/** Keras's smallest length of a vector that is divided by its length. */
const leastLength = 1e-7;

/**
 * factor times the mean |cosine| of the angles between all pairs of rows, or of columns: [rows, columns] → []; 0 for
 * a single one.
 *
 * @throws OptionError if the factor is no finite number ≥ 0.
 * @throws ShapeError (when the weight is made) if it is no matrix.
 * @see https://keras.io/api/layers/regularizers/#orthogonalregularizer-class
 * @example
 * const price = regularizers.orthogonalRegularizer({ factor: 0.1, mode: "columns" });
 */
export function orthogonalRegularizer(options: OrthogonalRegularizerOptions = {}): Regularizer {
  const where = "regularizers.orthogonalRegularizer";
  checkOptions(where, options, ["factor", "mode"]);
  const { factor = 0.01 } = options;
  requireNumbers(where, { factor }, 0);
  const mode = lookUp(where, { rows: "rows", columns: "columns" } as const, options.mode ?? "rows");
  return {
    name: "orthogonalRegularizer",
    options: { factor, mode },
    write(weight) {
      if (weight.shape.length !== 2) {
        throw new ShapeError({
          where,
          expected: "a matrix [rows, columns]",
          received: formatShape(weight.shape),
        });
      }
      const [axis, along] = mode === "rows" ? [1, 0] : [0, 1];
      const vectors = weight.shape[along];
      const squares = reduceSum(square(weight), { axes: axis, keepDims: true });
      const unit = divide(weight, sqrt(maximum(squares, leastLength ** 2)));
      const cosines = matMul(unit, unit, mode === "rows" ? { transposeB: true } : { transposeA: true });
      const offDiagonal = Float32Array.from({ length: vectors ** 2 }, (_, i) =>
        i % (vectors + 1) === 0 ? 0 : 1,
      );
      const others = weight.graph.constant(offDiagonal, [vectors, vectors]);
      const pairs = Math.max(1, (vectors * (vectors - 1)) / 2);
      return multiply(reduceSum(abs(multiply(cosines, others))), factor / 2 / pairs);
    },
  };
}
