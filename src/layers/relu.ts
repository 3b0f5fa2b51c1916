import { checkReluOptions, type ReluOptions, writeRelu } from "../activations/relu.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { Layer, type LayerOptions, layerOptions } from "./layer.ts";

export interface ReluLayerOptions extends LayerOptions, ReluOptions {}

class Relu extends Layer {
  readonly type = "relu";
  private readonly settings: ReluLayerOptions;

  constructor(options: ReluLayerOptions) {
    super(options);
    checkReluOptions("layers.relu", options, layerOptions);
    const { negativeSlope = 0, threshold = 0 } = options;
    requireNumbers("layers.relu", { negativeSlope, threshold }, 0);
    this.settings = options;
  }

  protected override get baseName(): string {
    return "re_lu";
  }

  override call(input: Value): Value {
    return writeRelu(input, this.settings);
  }
}

/**
 * max(x, 0), or with options negativeSlope · (x − threshold) up to the threshold and at most maxValue: [N, …] → [N, …].
 *
 * @throws OptionError if an option is no number or negative.
 * @see https://keras.io/api/layers/activation_layers/relu/
 * @example
 * layers.relu({ maxValue: 6 });
 */
export function relu(options: ReluLayerOptions = {}): Layer {
  return new Relu(options);
}
