import { OptionError } from "../core/errors.ts";
import { pow } from "../core/math.ts";
import { requirePositive } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, maximum, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import { reshape } from "../graph/ops/reshape.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer, UpdateContext } from "./optimizer.ts";

export interface AdafactorOptions extends CommonOptions {
  /** Largest step relative to the size of a weight, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** Power of the step by which the decay of the mean square grows, below 0. Default −0.8. */
  beta2Decay?: number;
  /** Added to squares. Default 1e-30. */
  epsilon1?: number;
  /** Least size of a weight. Default 0.001. */
  epsilon2?: number;
  /** Largest root mean square of an update. Default 1. */
  clipThreshold?: number;
  /** Kept from Keras, where the step is bounded by 1 / √t whether it is true or not. Default true. */
  relativeStep?: boolean;
}

const rootMeanSquare = (value: Value): Value => sqrt(reduceMean(square(value)));

/**
 * Adafactor: the mean square of a matrix is kept as that of its rows and columns, and steps are relative to the weights.
 *
 *     β = 1 − t^beta2Decay,  s = g² + ε₁
 *     r ← β · r + (1 − β) mean of s over the last axis,  c ← … over the last but one,  v = r · c / mean(r)
 *     u = g / √v,  w ← w − max(ε₂, rms(w)) · min(rate, 1 / √t) · u / max(1, rms(u) / clipThreshold)
 *
 * Weights with fewer than two axes keep the whole mean square v ← β · v + (1 − β) s.
 *
 * @see Shazeer & Stern 2018
 * @see https://keras.io/api/optimizers/adafactor/
 * @example
 * model.compile({ optimizer: optimizers.adafactor({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy" });
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  const where = "optimizers.adafactor";
  const defaults = {
    learningRate: 0.001 as LearningRate,
    beta2Decay: -0.8,
    epsilon1: 1e-30,
    epsilon2: 0.001,
    clipThreshold: 1,
    relativeStep: true,
  };
  const { own, base } = settingsOf("adafactor", options, defaults);
  const { beta2Decay, epsilon1, epsilon2, clipThreshold } = own;
  requirePositive(where, { epsilon1, epsilon2, clipThreshold });
  if (!(beta2Decay < 0)) {
    throw new OptionError({ where, expected: "beta2Decay below 0", received: String(beta2Decay) });
  }
  return {
    ...base,
    scalars(step, rate) {
      const fresh = pow(step, beta2Decay);
      return { rate: Math.min(rate, 1 / Math.sqrt(step)), fresh, stays: 1 - fresh };
    },
    write(context) {
      const { parameter, gradient, scalar } = context;
      const step = divide(gradient, sqrt(meanSquareOf(context, add(square(gradient), epsilon1))));
      const excess = maximum(divide(rootMeanSquare(step), clipThreshold), 1);
      const size = multiply(maximum(rootMeanSquare(parameter), epsilon2), scalar("rate"));
      return subtract(parameter, multiply(step, divide(size, excess)));
    },
  };
}

/** Running mean of squares, of a matrix as the product of those of its rows and columns. */
function meanSquareOf({ parameter, slot, keep, scalar }: UpdateContext, squares: Value): Value {
  const { shape } = parameter;
  const moved = (before: Value, value: Value): Value =>
    add(multiply(before, scalar("stays")), multiply(value, scalar("fresh")));
  if (shape.length < 2) {
    const all = moved(slot("v"), squares);
    keep("v", all);
    return all;
  }
  const outer = shape.slice(0, -2);
  const [height, width] = shape.slice(-2);
  const rows = moved(slot("r", { shape: [...outer, height] }), reduceMean(squares, { axes: -1 }));
  const columns = moved(slot("c", { shape: [...outer, width] }), reduceMean(squares, { axes: -2 }));
  keep("r", rows);
  keep("c", columns);
  const shares = divide(rows, reduceMean(rows, { axes: -1, keepDims: true }));
  return multiply(reshape(shares, [...outer, height, 1]), reshape(columns, [...outer, 1, width]));
}
