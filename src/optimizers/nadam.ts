import { pow } from "../core/math.ts";
import { requirePositive } from "../core/require.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import type { AdamaxOptions } from "./adamax.ts";
import { settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

/** Momentum of step t: it grows to β₁ as the first steps go by. */
function momentumAt(beta1: number, step: number): number {
  return beta1 * (1 - 0.5 * pow(0.96, step));
}

/** Products of the momenta up to a step, from 1. The one before is kept, as steps come one after another. */
function momentumProducts(beta1: number): (step: number) => number {
  let last = 0;
  let product = 1;
  return (step) => {
    if (step < last) {
      last = 0;
      product = 1;
    }
    while (last < step) product *= momentumAt(beta1, ++last);
    return product;
  };
}

/**
 * Adam that looks ahead along its momentum, as Nesterov's method does.
 *
 *     m ← m + (1 − β₁)(g − m),  v ← v + (1 − β₂)(g² − v),  uₜ = β₁ (1 − 0.96ᵗ / 2)
 *     m̂ = uₜ₊₁ · m / (1 − u₁ … uₜ₊₁) + (1 − uₜ) · g / (1 − u₁ … uₜ)
 *     w ← w − rate · m̂ / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * @see Dozat 2015
 * @see https://keras.io/api/optimizers/nadam/
 * @example
 * model.compile({ optimizer: optimizers.nadam({ learningRate: 0.002 }), loss: "sparseCategoricalCrossentropy" });
 */
export function nadam(options: AdamaxOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const { own, base } = settingsOf("nadam", options, defaults);
  const { beta1, beta2, epsilon } = own;
  requirePositive("optimizers.nadam", { epsilon });
  requireDecays("optimizers.nadam", { beta1, beta2 });
  const productTo = momentumProducts(beta1);
  return {
    ...base,
    scalars(step, rate) {
      const product = productTo(step);
      const ahead = momentumAt(beta1, step + 1);
      return {
        meanRate: (rate * ahead) / (1 - product * ahead),
        gradientRate: (rate * (1 - momentumAt(beta1, step))) / (1 - product),
        correction: 1 / (1 - pow(beta2, step)),
      };
    },
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("m");
      const v = slot("v");
      const mean = add(m, multiply(subtract(gradient, m), 1 - beta1));
      const meanSquare = add(v, multiply(subtract(square(gradient), v), 1 - beta2));
      keep("m", mean);
      keep("v", meanSquare);
      const step = add(multiply(mean, scalar("meanRate")), multiply(gradient, scalar("gradientRate")));
      const spread = add(sqrt(multiply(meanSquare, scalar("correction"))), epsilon);
      return subtract(parameter, divide(step, spread));
    },
  };
}
