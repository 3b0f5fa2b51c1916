import { requirePositive } from "../core/require.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import { movingMean } from "./moving-mean.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays, requireNotNegative } from "./require.ts";

export interface RmspropOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the mean of the squared gradients, in [0, 1). Default 0.9. */
  rho?: number;
  /** Share of the last step that is repeated. Default 0. */
  momentum?: number;
  /** Keeps the quotient finite; it stands inside the root. Default 1e-7. */
  epsilon?: number;
  /** Divide by the deviation from the mean gradient instead of the mean square. Default false. */
  centered?: boolean;
}

/**
 * RMSprop: steps by the gradient over the root of the running mean of its square.
 *
 *     v ← ρ · v + (1 − ρ) g²,  w ← w − rate · g / √(v + ε)
 *
 * `centered` subtracts the square of the running mean of g from v inside the root.
 *
 * @see https://keras.io/api/optimizers/rmsprop/
 * @example
 * model.compile({ optimizer: optimizers.rmsprop({ rho: 0.95, momentum: 0.9 }), loss: "sparseCategoricalCrossentropy" });
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const defaults = {
    learningRate: 0.001 as LearningRate,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
  };
  const { own, base } = settingsOf("rmsprop", options, defaults);
  const { rho, momentum, epsilon, centered } = own;
  requirePositive("optimizers.rmsprop", { epsilon });
  requireNotNegative("optimizers.rmsprop", { momentum });
  requireDecays("optimizers.rmsprop", { rho });
  return {
    ...base,
    scalars: (_step, rate) => ({ rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const meanSquare = movingMean(slot("velocity"), square(gradient), rho);
      keep("velocity", meanSquare);
      let spread = meanSquare;
      if (centered) {
        const mean = movingMean(slot("average_gradient"), gradient, rho);
        keep("average_gradient", mean);
        spread = subtract(meanSquare, square(mean));
      }
      const step = divide(multiply(gradient, scalar("rate")), sqrt(add(spread, epsilon)));
      if (momentum === 0) return subtract(parameter, step);
      const velocity = add(multiply(slot("momentum"), momentum), step);
      keep("momentum", velocity);
      return subtract(parameter, velocity);
    },
  };
}
