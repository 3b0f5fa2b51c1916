import { OptionError } from "../core/errors.ts";
import { add, multiply, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";

export interface SgdOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.01. */
  learningRate?: LearningRate;
  /** Share of the last step that is repeated, in [0, 1]. Default 0. */
  momentum?: number;
  /** Look ahead along the momentum. Default false. */
  nesterov?: boolean;
}

/**
 * Gradient descent: w ← w − rate · g. With momentum: v ← momentum · v − rate · g, then w ← w + v, or with `nesterov`
 * w ← w + momentum · v − rate · g.
 *
 * @see https://keras.io/api/optimizers/sgd/
 * @example
 * model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss: "sparseCategoricalCrossentropy" });
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const defaults = { learningRate: 0.01 as LearningRate, momentum: 0, nesterov: false };
  const { own, base } = settingsOf("sgd", options, defaults);
  const { momentum, nesterov } = own;
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new OptionError({
      where: "optimizers.sgd",
      expected: "momentum in [0, 1]",
      received: String(momentum),
    });
  }
  return {
    ...base,
    scalars: (_step, rate) => ({ rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const step = multiply(gradient, scalar("rate"));
      if (momentum === 0) return subtract(parameter, step);
      const velocity = subtract(multiply(slot("momentum"), momentum), step);
      keep("momentum", velocity);
      return nesterov
        ? subtract(add(parameter, multiply(velocity, momentum)), step)
        : add(parameter, velocity);
    },
  };
}
