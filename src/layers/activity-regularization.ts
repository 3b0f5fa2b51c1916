import type { Value } from "../graph/graph.ts";
import { type L1L2Options, l1L2 } from "../regularizers/l1-l2.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { type CallContext, checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

export interface ActivityRegularizationOptions extends LayerOptions, L1L2Options {}

class ActivityRegularization extends Layer {
  readonly type = "activityRegularization";
  private readonly regularizer: Regularizer;

  constructor(options: ActivityRegularizationOptions) {
    super(options);
    checkLayerOptions("activityRegularization", options, ["l1", "l2"]);
    const { l1 = 0, l2 = 0 } = options;
    this.regularizer = l1L2({ l1, l2 });
  }

  override call(input: Value, context: CallContext): Value {
    context.addLoss(this.regularizer.write(input));
    return input;
  }
}

/**
 * Adds l1 · Σ |x| + l2 · Σ x² over the batch to the loss, and passes its input on: [N, …] → [N, …].
 *
 * @throws OptionError if a price is no finite number ≥ 0.
 * @see https://keras.io/api/layers/regularization_layers/activity_regularization/
 * @example
 * layers.activityRegularization({ l1: 1e-4 });
 */
export function activityRegularization(options: ActivityRegularizationOptions = {}): Layer {
  return new ActivityRegularization(options);
}
