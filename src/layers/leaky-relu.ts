import { type LeakyReluOptions, writeRelu } from "../activations/relu.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface LeakyReluLayerOptions extends LayerOptions, LeakyReluOptions {}

class LeakyRelu extends Layer {
  readonly type = "leakyRelu";
  private readonly negativeSlope: number;

  constructor(options: LeakyReluLayerOptions) {
    super(options);
    checkLayerOptions("leakyRelu", options, ["negativeSlope"]);
    this.negativeSlope = options.negativeSlope ?? 0.3;
    requireNumbers("layers.leakyRelu", { negativeSlope: this.negativeSlope }, 0);
  }

  protected override get baseName(): string {
    return "leaky_re_lu";
  }

  override call(input: Value): Value {
    return writeRelu(input, { negativeSlope: this.negativeSlope });
  }
}

/**
 * x above 0, negativeSlope · x below; 0.3 by default: [N, …] → [N, …].
 *
 * @throws OptionError if the slope is no number or negative.
 * @see https://keras.io/api/layers/activation_layers/leaky_relu/
 * @example
 * layers.leakyRelu({ negativeSlope: 0.1 });
 */
export function leakyRelu(options: LeakyReluLayerOptions = {}): Layer {
  return new LeakyRelu(options);
}
