import { pow } from "../core/math.ts";
import { requirePositive } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, greater, multiply, select, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import type { AdamaxOptions } from "./adamax.ts";
import { settingsOf } from "./common-options.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireDecays } from "./require.ts";

function norm(value: Value): Value {
  return sqrt(reduceSum(square(value)));
}

/**
 * Adam whose steps are as long as the weights are large, weight by weight, for large batches.
 *
 *     m ← m + (1 − β₁)(g − m),  v ← v + (1 − β₂)(g² − v)
 *     u = m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε),  w ← w − rate · ‖w‖ / ‖u‖ · u
 *
 * The quotient of lengths is 1 where one of them is 0.
 *
 * @see You et al. 2019, "Large batch optimization for deep learning"
 * @see https://keras.io/api/optimizers/lamb/
 * @example
 * model.compile({ optimizer: optimizers.lamb({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy" });
 */
export function lamb(options: AdamaxOptions = {}): Optimizer {
  const defaults = { learningRate: 0.001 as LearningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const { own, base } = settingsOf("lamb", options, defaults);
  const { beta1, beta2, epsilon } = own;
  requirePositive("optimizers.lamb", { epsilon });
  requireDecays("optimizers.lamb", { beta1, beta2 });
  return {
    ...base,
    scalars: (step, rate) => ({
      rate,
      meanCorrection: 1 / (1 - pow(beta1, step)),
      squareCorrection: 1 / (1 - pow(beta2, step)),
    }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("m");
      const v = slot("v");
      const mean = add(m, multiply(subtract(gradient, m), 1 - beta1));
      const meanSquare = add(v, multiply(subtract(square(gradient), v), 1 - beta2));
      keep("m", mean);
      keep("v", meanSquare);
      const spread = add(sqrt(multiply(meanSquare, scalar("squareCorrection"))), epsilon);
      const step = divide(multiply(mean, scalar("meanCorrection")), spread);
      const length = norm(step);
      const size = norm(parameter);
      const both = multiply(greater(size, 0), greater(length, 0));
      const ratio = select(both, divide(size, select(both, length, 1)), 1);
      return subtract(parameter, multiply(step, multiply(ratio, scalar("rate"))));
    },
  };
}
