import { requirePositive } from "../core/require.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireNotNegative } from "./require.ts";

export interface AdagradOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** What the sums of squares begin with. Default 0.1. */
  initialAccumulatorValue?: number;
  /** Keeps the quotient finite; it stands inside the root. Default 1e-7. */
  epsilon?: number;
}

/**
 * Adagrad: steps get smaller where gradients have been large.
 *
 *     a ← a + g²,  w ← w − rate · g / √(a + ε)
 *
 * @see Duchi et al. 2011
 * @see https://keras.io/api/optimizers/adagrad/
 * @example
 * model.compile({ optimizer: optimizers.adagrad({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy" });
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, initialAccumulatorValue: 0.1, epsilon: 1e-7 };
  const { own, base } = settingsOf("adagrad", options, defaults);
  const { initialAccumulatorValue, epsilon } = own;
  requirePositive("optimizers.adagrad", { epsilon });
  requireNotNegative("optimizers.adagrad", { initialAccumulatorValue });
  return {
    ...base,
    scalars: (_step, rate) => ({ rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const sum = add(slot("accumulator", { value: initialAccumulatorValue }), square(gradient));
      keep("accumulator", sum);
      return subtract(parameter, divide(multiply(gradient, scalar("rate")), sqrt(add(sum, epsilon))));
    },
  };
}
