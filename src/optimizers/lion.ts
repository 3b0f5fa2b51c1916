import { OptionError } from "../core/errors.ts";
import { multiply, sign, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import { movingMean } from "./moving-mean.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

export interface LionOptions extends CommonOptions {
  /** Step size, or a schedule; a third to a tenth of Adam's is usual. Default 0.001. */
  learningRate?: LearningRate;
  /** Share of the mean in the direction of the step, above 0 and up to 1. Default 0.9. */
  beta1?: number;
  /** Decay of the mean of the gradients, in [0, 1). Default 0.99. */
  beta2?: number;
}

/**
 * Lion: all elements step by the same length, in the direction of a mean of gradients.
 *
 *     w ← w − rate · sign(β₁ · m + (1 − β₁) g),  m ← β₂ · m + (1 − β₂) g
 *
 * @see Chen et al. 2023, "Symbolic discovery of optimization algorithms"
 * @see https://keras.io/api/optimizers/lion/
 * @example
 * model.compile({ optimizer: optimizers.lion({ learningRate: 1e-4 }), loss: "sparseCategoricalCrossentropy" });
 */
export function lion(options: LionOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, beta1: 0.9, beta2: 0.99 };
  const { own, base } = settingsOf("lion", options, defaults);
  const { beta1, beta2 } = own;
  if (!(beta1 > 0 && beta1 <= 1)) {
    throw new OptionError({
      where: "optimizers.lion",
      expected: "beta1 above 0 and up to 1",
      received: String(beta1),
    });
  }
  requireDecays("optimizers.lion", { beta2 });
  return {
    ...base,
    scalars: (_step, rate) => ({ rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("momentum");
      keep("momentum", movingMean(m, gradient, beta2));
      return subtract(parameter, multiply(sign(movingMean(m, gradient, beta1)), scalar("rate")));
    },
  };
}
