import { type Shape, sizeOf } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

class Flatten extends Layer {
  readonly type = "flatten";

  constructor(options: LayerOptions) {
    super(options);
    checkLayerOptions("flatten", options, []);
  }

  override outputShape(inputShape: Shape): Shape {
    return [sizeOf(inputShape)];
  }

  override call(input: Value): Value {
    return reshape(input, [input.shape[0], -1]);
  }
}

/**
 * All numbers of a sample in one row, in the order rows, columns, channels: [N, H, W, C] → [N, H·W·C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/flatten/
 * @example
 * layers.flatten();
 */
export function flatten(options: LayerOptions = {}): Layer {
  return new Flatten(options);
}
