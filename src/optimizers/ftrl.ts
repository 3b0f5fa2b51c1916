import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import {
  add,
  divide,
  maximum,
  minimum,
  multiply,
  pow,
  sqrt,
  square,
  subtract,
} from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireNotNegative } from "./require.ts";

export interface FtrlOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** How the step falls with the sum of squares, at most 0. Default −0.5. */
  learningRatePower?: number;
  /** What the sums of squares begin with. Default 0.1. */
  initialAccumulatorValue?: number;
  /** Default 0. */
  l1RegularizationStrength?: number;
  /** Default 0. */
  l2RegularizationStrength?: number;
  /** A price on large weights that is part of the gradient. Default 0. */
  l2ShrinkageRegularizationStrength?: number;
  /** Of the paper; adds to the L2 strength. Default 0. */
  beta?: number;
}

/**
 * "Follow the regularized leader", for sparse weights: those whose sums stay below the L1 strength are exactly 0.
 *
 *     a' = a + g²,  σ = (a'^p − a^p) / rate with p = −learningRatePower,  z ← z + g + 2 · shrinkage · w − σ · w
 *     w ← (clip(z, −L1, L1) − z) / (a'^p / rate + 2 · L2 + β / rate),  a ← a'
 *
 * @see McMahan et al. 2013, "Ad click prediction"
 * @see https://keras.io/api/optimizers/ftrl/
 * @example
 * model.compile({ optimizer: optimizers.ftrl({ l1RegularizationStrength: 0.001 }), loss: "sparseCategoricalCrossentropy" });
 */
export function ftrl(options: FtrlOptions = {}): Optimizer {
  const where = "optimizers.ftrl";
  const defaults = {
    learningRate: 0.001 as LearningRate,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
  };
  const { own, base } = settingsOf("ftrl", options, defaults);
  const { learningRatePower, initialAccumulatorValue, beta } = own;
  const { l1RegularizationStrength: l1, l2RegularizationStrength: l2 } = own;
  const shrinkage = own.l2ShrinkageRegularizationStrength;
  requireNotNegative(where, {
    initialAccumulatorValue,
    l1RegularizationStrength: l1,
    l2RegularizationStrength: l2,
    l2ShrinkageRegularizationStrength: shrinkage,
    beta,
  });
  if (!(learningRatePower <= 0)) {
    throw new OptionError({
      where,
      expected: "learningRatePower ≤ 0",
      received: String(learningRatePower),
    });
  }
  const power = (sum: Value): Value =>
    learningRatePower === -0.5 ? sqrt(sum) : pow(sum, -learningRatePower);
  return {
    ...base,
    scalars: (_step, rate) => ({ inverseRate: 1 / rate, l2: 2 * l2 + beta / rate }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const before = slot("accumulator", { value: initialAccumulatorValue });
      const sum = add(before, square(gradient));
      const slope = shrinkage === 0 ? gradient : add(gradient, multiply(parameter, 2 * shrinkage));
      const sigma = multiply(subtract(power(sum), power(before)), scalar("inverseRate"));
      const linear = add(slot("linear"), subtract(slope, multiply(sigma, parameter)));
      const quadratic = add(multiply(power(sum), scalar("inverseRate")), scalar("l2"));
      keep("accumulator", sum);
      keep("linear", linear);
      return divide(subtract(maximum(minimum(linear, l1), -l1), linear), quadratic);
    },
  };
}
