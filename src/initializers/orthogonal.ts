import { ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { checkSeed, type Random } from "../core/random.ts";
import { requireNumbers } from "../core/require.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Initializer, SeedOptions } from "./initializer.ts";

export interface OrthogonalOptions extends SeedOptions {
  /** Length of the vectors. Default 1. */
  gain?: number;
}

/**
 * `count` ≤ `length` vectors of normal numbers, made orthogonal one after another (Gram and Schmidt): the Q of a QR
 * decomposition whose R has a positive diagonal, so that every orthogonal matrix is as likely as any other.
 */
function orthonormal(count: number, length: number, random: Random): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => random.normal());
    /* The second time removes what rounding left over. */
    for (const other of [...vectors, ...vectors]) {
      const along = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i] -= along * other[i];
    }
    const size = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / size));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A random matrix with orthonormal columns, or rows if there are fewer of them, times `gain`. A kernel [kH, kW, inC,
 * outC] is read as the matrix [kH · kW · inC, outC].
 *
 * @throws OptionError if the gain is not finite.
 * @throws ShapeError (when the weight is made) if it has less than two axes.
 * @see Saxe et al. 2014
 * @see https://keras.io/api/layers/initializers/#orthogonal-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.orthogonal({ gain: Math.SQRT2 }) });
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const where = "initializers.orthogonal";
  checkOptions(where, options, ["gain", "seed"]);
  const { gain = 1, seed } = options;
  requireNumbers(where, { gain });
  checkSeed(where, seed);
  return {
    name: "orthogonal",
    options: { ...options },
    create(shape, random) {
      if (shape.length < 2) {
        throw new ShapeError({ where, expected: "at least two axes", received: formatShape(shape) });
      }
      const columns = shape[shape.length - 1];
      const rows = sizeOf(shape) / columns;
      const isTall = rows >= columns;
      const vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
      const numbers = new Float32Array(rows * columns);
      for (let i = 0; i < numbers.length; i++) {
        const [row, column] = [Math.floor(i / columns), i % columns];
        numbers[i] = gain * (isTall ? vectors[column][row] : vectors[row][column]);
      }
      return numbers;
    },
  };
}
