import { requirePositive } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import { movingMean } from "./moving-mean.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

export interface AdadeltaOptions extends CommonOptions {
  /** What each step is multiplied by, or a schedule of it; the paper has 1. Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the means, in [0, 1). Default 0.95. */
  rho?: number;
  /** Keeps the quotient finite; it stands inside the roots. Default 1e-7. */
  epsilon?: number;
}

/**
 * Adadelta: steps have the size of earlier steps.
 *
 *     a ← ρ · a + (1 − ρ) g²,  Δ = √(d + ε) / √(a + ε) · g,  d ← ρ · d + (1 − ρ) Δ²
 *     w ← w − rate · Δ
 *
 * @see Zeiler 2012
 * @see https://keras.io/api/optimizers/adadelta/
 * @example
 * model.compile({ optimizer: optimizers.adadelta({ learningRate: 1 }), loss: "sparseCategoricalCrossentropy" });
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, rho: 0.95, epsilon: 1e-7 };
  const { own, base } = settingsOf("adadelta", options, defaults);
  const { rho, epsilon } = own;
  requirePositive("optimizers.adadelta", { epsilon });
  requireDecays("optimizers.adadelta", { rho });
  const root = (meanSquare: Value): Value => sqrt(add(meanSquare, epsilon));
  return {
    ...base,
    scalars: (_step, rate) => ({ rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const meanSquare = movingMean(slot("accumulated_grad"), square(gradient), rho);
      const before = slot("accumulated_delta_var");
      const step = divide(multiply(root(before), gradient), root(meanSquare));
      keep("accumulated_grad", meanSquare);
      keep("accumulated_delta_var", movingMean(before, square(step), rho));
      return subtract(parameter, multiply(step, scalar("rate")));
    },
  };
}
