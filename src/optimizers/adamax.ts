import { pow } from "../core/math.ts";
import { requirePositive } from "../core/require.ts";
import { abs, add, divide, maximum, multiply, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

export interface AdamaxOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the mean of the gradients, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of their largest magnitude, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Keeps the quotient finite. Default 1e-7. */
  epsilon?: number;
}

/**
 * Adam with the largest magnitude of the gradients, which decays, instead of the root of their mean square.
 *
 *     m ← m + (1 − β₁)(g − m),  u ← max(β₂ · u, |g|),  w ← w − rate / (1 − β₁ᵗ) · m / (u + ε)
 *
 * @see Kingma & Ba 2014
 * @see https://keras.io/api/optimizers/adamax/
 * @example
 * model.compile({ optimizer: optimizers.adamax({ learningRate: 0.002 }), loss: "sparseCategoricalCrossentropy" });
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const { own, base } = settingsOf("adamax", options, defaults);
  const { beta1, beta2, epsilon } = own;
  requirePositive("optimizers.adamax", { epsilon });
  requireDecays("optimizers.adamax", { beta1, beta2 });
  return {
    ...base,
    scalars: (step, rate) => ({ rate: rate / (1 - pow(beta1, step)) }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("m");
      const mean = add(m, multiply(subtract(gradient, m), 1 - beta1));
      const largest = maximum(multiply(slot("u"), beta2), abs(gradient));
      keep("m", mean);
      keep("u", largest);
      return subtract(parameter, divide(multiply(mean, scalar("rate")), add(largest, epsilon)));
    },
  };
}
