import { requirePositive } from "../core/require.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { adamDefaults, adamRule } from "./adam-rule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

export interface AdamOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the mean of the gradients, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Keeps the quotient finite. Default 1e-7. */
  epsilon?: number;
  /** Divide by the root of the largest mean square so far. Default false. */
  amsgrad?: boolean;
}

/** Adam under the name that it is saved with. @param more what counts where the options say nothing */
export function adamAs(name: string, options: AdamOptions, more: CommonOptions = {}): Optimizer {
  const { own, base } = settingsOf(name, options, { ...adamDefaults, ...more });
  const { beta1, beta2, epsilon } = own;
  requirePositive(`optimizers.${name}`, { epsilon });
  requireDecays(`optimizers.${name}`, { beta1, beta2 });
  return { ...adamRule(own), ...base };
}

/**
 * Adam: steps by the running mean of the gradient over the root of the running mean of its square.
 *
 *     m ← m + (1 − β₁)(g − m),  v ← v + (1 − β₂)(g² − v)
 *     w ← w − rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
 *
 * ε stands outside the bias correction, as in Keras.
 *
 * @see Kingma & Ba 2014
 * @see https://keras.io/api/optimizers/adam/
 * @example
 * model.compile({ optimizer: optimizers.adam({ learningRate: 3e-4, clipNorm: 1 }), loss: "sparseCategoricalCrossentropy" });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamAs("adam", options);
}
