import type { Activation as ActivationFunction } from "../activations/activation.ts";
import { type ActivationChoice, activationOf } from "../activations/table.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface ActivationOptions extends LayerOptions {
  /** Name of the function, a name with options (`{ name: "elu", alpha: 0.5 }`), or the function. */
  activation: ActivationChoice;
}

class Activation extends Layer {
  readonly type = "activation";
  private readonly activation: ActivationFunction;

  constructor(options: ActivationOptions) {
    super(options);
    checkLayerOptions("activation", options, ["activation"]);
    this.activation = activationOf("layers.activation", options.activation);
  }

  override call(input: Value): Value {
    return this.activation(input);
  }
}

/**
 * Applies a function to each element (softmax: to each row of the last axis): [N, …] → [N, …].
 *
 * @throws OptionError if there is no activation of that name.
 * @see https://keras.io/api/layers/core_layers/activation/
 * @example
 * layers.activation({ activation: "tanh" });
 */
export function activation(options: ActivationOptions): Layer {
  return new Activation(options);
}
