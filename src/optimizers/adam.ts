import { OptionError } from "../core/errors.ts";
import { pow } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { Optimizer } from "./optimizer.ts";
import { requirePositive } from "./require.ts";

export interface AdamOptions {
  /** Step size. Default 0.001. */
  learningRate?: number;
  /** Decay of the mean of the gradients, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Keeps the quotient finite. Default 1e-7. */
  epsilon?: number;
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
 * model.compile({ optimizer: optimizers.adam({ learningRate: 3e-4 }), loss: "meanSquaredError" });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptions("optimizers.adam", options, ["learningRate", "beta1", "beta2", "epsilon"]);
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  requirePositive("optimizers.adam", { learningRate, epsilon });
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1)) {
      throw new OptionError({
        where: "optimizers.adam",
        expected: `${name} in [0, 1)`,
        received: String(beta),
      });
    }
  }
  return {
    name: "adam",
    options: { learningRate, beta1, beta2, epsilon },
    learningRate,
    scalars: (step, rate) => ({ rate: (rate * Math.sqrt(1 - pow(beta2, step))) / (1 - pow(beta1, step)) }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("m");
      const v = slot("v");
      const mean = add(m, multiply(subtract(gradient, m), 1 - beta1));
      const meanSquare = add(v, multiply(subtract(square(gradient), v), 1 - beta2));
      keep("m", mean);
      keep("v", meanSquare);
      return subtract(parameter, divide(multiply(mean, scalar("rate")), add(sqrt(meanSquare), epsilon)));
    },
  };
}
