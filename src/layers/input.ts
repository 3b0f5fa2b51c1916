import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface InputOptions {
  /** Shape of one sample: `[28, 28, 1]`. */
  shape: Shape;
  /** Name in summaries and files. */
  name?: string;
}

class Input extends Layer {
  readonly type = "input";

  constructor(options: InputOptions & LayerOptions) {
    super({ ...options, inputShape: options.shape });
    checkLayerOptions("input", options, ["shape"]);
  }

  override call(input: Value): Value {
    return input;
  }
}

/**
 * Says what shape the samples have; for models whose first layer does not.
 *
 * @example
 * sequential([layers.input({ shape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export function input(options: InputOptions): Layer {
  return new Input(options);
}
