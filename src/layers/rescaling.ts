import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface RescalingOptions extends LayerOptions {
  /** Factor. */
  scale: number;
  /** Added after multiplying. Default 0. */
  offset?: number;
}

class Rescaling extends Layer {
  readonly type = "rescaling";
  private readonly scale: number;
  private readonly offset: number;

  constructor(options: RescalingOptions) {
    super(options);
    checkLayerOptions("rescaling", options, ["scale", "offset"]);
    this.scale = options.scale;
    this.offset = options.offset ?? 0;
  }

  override call(input: Value): Value {
    const scaled = multiply(input, this.scale);
    return this.offset === 0 ? scaled : add(scaled, this.offset);
  }
}

/**
 * scale · x + offset: [N, …] → [N, …].
 *
 * As the first layer it gets pixels as they are, 0 to 255; without it they enter as value / 255.
 *
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/
 * @example
 * layers.rescaling({ scale: 1 / 127.5, offset: -1, inputShape: [28, 28, 1] }); // pixels to [−1, 1]
 */
export function rescaling(options: RescalingOptions): Layer {
  return new Rescaling(options);
}
