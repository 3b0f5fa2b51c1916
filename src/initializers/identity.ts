import { ShapeError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Initializer } from "./initializer.ts";

export interface IdentityOptions {
  /** The numbers on the diagonal. Default 1. */
  gain?: number;
}

/**
 * `gain` on the diagonal, zeros elsewhere; for matrices [in, out].
 *
 * @throws OptionError if the gain is not finite.
 * @throws ShapeError (when the weight is made) if it is no matrix.
 * @see https://keras.io/api/layers/initializers/#identity-class
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.identity() });
 */
export function identity(options: IdentityOptions = {}): Initializer {
  checkOptions("initializers.identity", options, ["gain"]);
  const { gain = 1 } = options;
  requireNumbers("initializers.identity", { gain });
  return {
    name: "identity",
    options: { gain },
    create(shape) {
      if (shape.length !== 2) {
        throw new ShapeError({
          where: "initializers.identity",
          expected: "a matrix [in, out]",
          received: formatShape(shape),
        });
      }
      const stride = shape[1] + 1;
      return Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
        i % stride === 0 && i / stride < shape[1] ? gain : 0,
      );
    },
  };
}
