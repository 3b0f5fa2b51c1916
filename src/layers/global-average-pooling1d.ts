import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { divide, multiply } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { GlobalPooling, type GlobalPoolingOptions } from "./global-pooling.ts";
import type { CallContext, Layer } from "./layer.ts";

/** The mean over a sequence, or over the steps that a mask selects. */
class GlobalAveragePooling1d extends GlobalPooling {
  constructor(options: GlobalPoolingOptions) {
    super("Average", 1, reduceMean, options);
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    const [sequence, mask, ...others] = inputShapes;
    if (mask === undefined) return super.outputShapes(inputShapes);
    if (others.length > 0 || !sameShape(mask, sequence.slice(0, -1))) {
      throw new ShapeError({
        where: this.name,
        expected: `a sequence and a mask ${formatShape([null, ...sequence.slice(0, -1)])}`,
        received: inputShapes.map((shape) => formatShape([null, ...shape])).join(" and "),
      });
    }
    return [this.outputShape(sequence)];
  }

  override buildAll(): void {}

  override callAll(inputs: readonly Value[], context: CallContext): Value[] {
    const [sequence, mask] = inputs;
    if (mask === undefined) return super.callAll(inputs, context);
    const kept = reshape(mask, [...mask.shape, 1]); // [N, steps, 1]
    const reduction = { axes: 1, keepDims: this.keepDims };
    return [divide(reduceSum(multiply(sequence, kept), reduction), reduceSum(kept, reduction))];
  }
}

/**
 * Mean over the steps of a sequence: [N, steps, C] → [N, C].
 *
 * A second input, [N, steps] of ones and zeros, is a mask: only steps with a one count, Σ mask · x / Σ mask.
 *
 * @throws ShapeError (when the model is built) if the input is no sequence with channels, or the mask has another length.
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling1d/
 * @example
 * const [steps, mask] = [input({ shape: [100, 4] }), input({ shape: [100] })];
 * layers.globalAveragePooling1d().apply([steps, mask]); // [4]
 */
export function globalAveragePooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalAveragePooling1d(options);
}
