import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reshape as reshapeOp } from "../graph/ops/reshape.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface ReshapeOptions extends LayerOptions {
  /** Shape of one sample; one axis may be −1: whatever is left. */
  targetShape: readonly number[];
}

class Reshape extends Layer {
  readonly type = "reshape";
  private readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions) {
    super(options);
    checkLayerOptions("reshape", options, ["targetShape"]);
    this.targetShape = options.targetShape;
  }

  override outputShape(inputShape: Shape): Shape {
    const known = this.targetShape.filter((length) => length !== -1).reduce((a, b) => a * b, 1);
    const resolved = this.targetShape.map((length) => (length === -1 ? sizeOf(inputShape) / known : length));
    if (
      sizeOf(resolved) !== sizeOf(inputShape) ||
      resolved.some((length) => !Number.isInteger(length) || length < 1)
    ) {
      throw new ShapeError({
        where: this.name,
        expected: `a shape of ${sizeOf(inputShape)} elements, as in ${formatShape(inputShape)}`,
        received: formatShape(this.targetShape),
      });
    }
    return resolved;
  }

  override call(input: Value): Value {
    return reshapeOp(input, [input.shape[0], ...this.outputShape(input.shape.slice(1))]);
  }
}

/**
 * The same numbers in the same order under another shape: [N, …] → [N, …targetShape].
 *
 * @throws ShapeError (when the model is built) if the number of elements differs.
 * @see https://keras.io/api/layers/reshaping_layers/reshape/
 * @example
 * layers.reshape({ targetShape: [7, 7, -1] });
 */
export function reshape(options: ReshapeOptions): Layer {
  return new Reshape(options);
}
