import { type AdamOptions, adamAs } from "./adam.ts";
import { adamWDefaults } from "./adam-rule.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * Adam with weight decay that does not pass through its means: w ← w − rate · weightDecay · w before each step. The default
 * of `weightDecay` is 0.004.
 *
 * @see Loshchilov & Hutter 2017, "Decoupled weight decay regularization"
 * @see https://keras.io/api/optimizers/adamw/
 * @example
 * const optimizer = optimizers.adamW({ weightDecay: 0.01, excludeFromWeightDecay: ["bias", "gamma", "beta"] });
 * model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
 */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamAs("adamW", options, adamWDefaults.common);
}
