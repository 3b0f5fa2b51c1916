import { type EluOptions, elu as write } from "../activations/exponential.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface EluLayerOptions extends LayerOptions, EluOptions {}

class Elu extends Layer {
  readonly type = "elu";
  private readonly alpha: number;

  constructor(options: EluLayerOptions) {
    super(options);
    checkLayerOptions("elu", options, ["alpha"]);
    this.alpha = options.alpha ?? 1;
    requireNumbers("layers.elu", { alpha: this.alpha });
  }

  override call(input: Value): Value {
    return write(input, { alpha: this.alpha });
  }
}

/**
 * x above 0, alpha · (eˣ − 1) below: [N, …] → [N, …].
 *
 * @throws OptionError if alpha is no number.
 * @see Clevert et al. 2016
 * @see https://keras.io/api/layers/activation_layers/elu/
 * @example
 * layers.elu({ alpha: 0.5 });
 */
export function elu(options: EluLayerOptions = {}): Layer {
  return new Elu(options);
}
