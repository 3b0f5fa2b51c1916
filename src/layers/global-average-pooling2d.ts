import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank } from "./require.ts";

export interface GlobalPooling2dOptions extends LayerOptions {
  /** Keep height and width as axes of 1. Default false. */
  keepdims?: boolean;
}

class GlobalAveragePooling2d extends Layer {
  readonly type = "globalAveragePooling2d";
  private readonly keepDims: boolean;

  constructor(options: GlobalPooling2dOptions) {
    super(options);
    checkLayerOptions(this.type, options, ["keepdims"]);
    this.keepDims = options.keepdims ?? false;
  }

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    return this.keepDims ? [1, 1, inputShape[2]] : [inputShape[2]];
  }

  override call(input: Value): Value {
    return reduceMean(input, { axes: [1, 2], keepDims: this.keepDims });
  }
}

/**
 * Mean of each feature map: [N, H, W, C] → [N, C].
 *
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
 * @example
 * layers.globalAveragePooling2d();
 */
export function globalAveragePooling2d(options: GlobalPooling2dOptions = {}): Layer {
  return new GlobalAveragePooling2d(options);
}
