import { type SoftmaxOptions, softmax as write } from "../activations/rows.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface SoftmaxLayerOptions extends LayerOptions, SoftmaxOptions {}

class Softmax extends Layer {
  readonly type = "softmax";
  private readonly axis: number | readonly number[];

  constructor(options: SoftmaxLayerOptions) {
    super(options);
    checkLayerOptions("softmax", options, ["axis"]);
    this.axis = options.axis ?? -1;
  }

  override outputShape(inputShape: Shape): Shape {
    for (const axis of [this.axis].flat()) sampleAxis(this.name, inputShape.length + 1, axis);
    return inputShape;
  }

  override call(input: Value): Value {
    return write(input, { axis: this.axis });
  }
}

/**
 * Positive numbers with sum 1 along an axis, or several: [N, …] → [N, …].
 *
 * Where a network ends in it, with the last axis, losses work on the numbers before it.
 *
 * @throws ShapeError if there is no such axis, or it is that of the batch.
 * @see https://keras.io/api/layers/activation_layers/softmax/
 * @example
 * layers.softmax({ axis: 1 });
 */
export function softmax(options: SoftmaxLayerOptions = {}): Layer {
  return new Softmax(options);
}
