import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import { greaterEqual, multiply } from "../graph/ops/elementwise.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface DropoutOptions extends LayerOptions {
  /** Share of the numbers that are dropped, in [0, 1). */
  rate: number;
}

class Dropout extends Layer {
  readonly type = "dropout";
  private readonly rate: number;

  constructor(options: DropoutOptions) {
    super(options);
    checkLayerOptions("dropout", options, ["rate"]);
    this.rate = options.rate;
    if (!(this.rate >= 0 && this.rate < 1)) {
      throw new OptionError({
        where: "layers.dropout",
        expected: "rate to be at least 0 and below 1",
        received: String(this.rate),
      });
    }
  }

  override call(input: Value, context: CallContext): Value {
    if (!context.training || this.rate === 0) return input;
    const kept = greaterEqual(context.uniform(input.graph, input.shape.slice(1)), this.rate);
    return multiply(input, multiply(kept, 1 / (1 - this.rate)));
  }
}

/**
 * While training, sets a random share of the numbers to 0 and scales the others up so that the mean stays: [N, …] →
 * [N, …]. Does nothing otherwise.
 *
 * Which numbers are dropped follows from the model's seed, the step and the sample.
 *
 * @throws OptionError if the rate is not in [0, 1).
 * @see Srivastava et al. 2014
 * @see https://keras.io/api/layers/regularization_layers/dropout/
 * @example
 * layers.dropout({ rate: 0.5 });
 */
export function dropout(options: DropoutOptions): Layer {
  return new Dropout(options);
}
