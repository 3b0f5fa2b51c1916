import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { broadcastTo } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { transpose } from "../graph/ops/transpose.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank, requireWhole } from "./require.ts";

export interface PermuteOptions extends LayerOptions {
  /** Which axis of the sample stands in each place, counted from 1. */
  dims: readonly number[];
}

class Permute extends Layer {
  readonly type = "permute";
  private readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options);
    checkLayerOptions("permute", options, ["dims"]);
    this.dims = options.dims;
  }

  override outputShape(inputShape: Shape): Shape {
    const { dims } = this;
    const isPermutation =
      Array.isArray(dims) &&
      dims.length === inputShape.length &&
      inputShape.every((_, i) => dims.includes(i + 1));
    if (isPermutation) return dims.map((axis) => inputShape[axis - 1]);
    throw new ShapeError({
      where: this.name,
      expected: `a sample with the axes ${JSON.stringify(dims)}, each once and counted from 1`,
      received: formatShape(inputShape),
    });
  }

  override call(input: Value): Value {
    return transpose(input, [0, ...this.dims]);
  }
}

/**
 * Reorders the axes of a sample: [N, A, B] with `dims: [2, 1]` → [N, B, A].
 *
 * @throws ShapeError (when the model is built) if dims are no permutation of 1 … rank.
 * @see https://keras.io/api/layers/reshaping_layers/permute/
 * @example
 * layers.permute({ dims: [2, 1], inputShape: [10, 64] }); // [64, 10]
 */
export function permute(options: PermuteOptions): Layer {
  return new Permute(options);
}

export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number;
}

class RepeatVector extends Layer {
  readonly type = "repeatVector";
  private readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    checkLayerOptions("repeatVector", options, ["n"]);
    requireWhole("layers.repeatVector", "n", options.n);
    this.n = options.n;
  }

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 1, "a vector [features]");
    return [this.n, inputShape[0]];
  }

  override call(input: Value): Value {
    const [batch, features] = input.shape;
    return broadcastTo(reshape(input, [batch, 1, features]), [batch, this.n, features]);
  }
}

/**
 * Repeats a vector: [N, features] → [N, n, features].
 *
 * @throws OptionError if n is no whole number ≥ 1.
 * @see https://keras.io/api/layers/reshaping_layers/repeat_vector/
 * @example
 * layers.repeatVector({ n: 3, inputShape: [32] }); // [3, 32]
 */
export function repeatVector(options: RepeatVectorOptions): Layer {
  return new RepeatVector(options);
}
