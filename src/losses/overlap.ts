import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, subtract } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Loss } from "./loss.ts";
import { type LossOptions, lossSettings, requireBetween } from "./options.ts";

export interface DiceOptions extends LossOptions {
  /** Axes over which overlaps are taken, counted with the batch as axis 0: `[1, 2, 3]` for each sample by itself. Default all. */
  axis?: number | readonly number[] | null;
}

export interface TverskyOptions extends DiceOptions {
  /** Weight of what labels have and outputs have not. Default 0.5. */
  alpha?: number;
  /** Weight of what outputs have and labels have not. Default 0.5. */
  beta?: number;
}

type Axes = number | readonly number[] | null;

/** Sums over some axes, or over all. */
function total(value: Value, axis: Axes): Value {
  return reduceSum(value, axis === null ? {} : { axes: axis });
}

/**
 * One minus Dice's overlap of areas: 1 − 2 · Σ label · output / (Σ label + Σ output), over the whole batch at once.
 *
 * @see https://keras.io/api/losses/regression_losses/#dice-class
 * @example
 * const loss = losses.dice({ axis: [1, 2, 3] });
 */
export function dice(options: DiceOptions = {}): Loss {
  const { own, base } = lossSettings("dice", options, { axis: null as Axes });
  const { axis } = own;
  return {
    ...base,
    write(labels, { output }) {
      const overlap = multiply(total(multiply(labels, output), axis), 2);
      const both = add(total(labels, axis), total(output, axis));
      return subtract(1, divide(overlap, add(both, 1e-7)));
    },
  };
}

/**
 * One minus Tversky's overlap: 1 − t / (t + α · Σ label (1 − output) + β · Σ output (1 − label)) with t = Σ label · output,
 * over the whole batch at once.
 *
 * As in Keras, α weighs what was missed, although it is called the weight of false positives there.
 *
 * @throws OptionError for weights below 0.
 * @see Salehi et al. 2017, "Tversky loss function for image segmentation"
 * @see https://keras.io/api/losses/regression_losses/#tversky-class
 * @example
 * const loss = losses.tversky({ alpha: 0.7, beta: 0.3 });
 */
export function tversky(options: TverskyOptions = {}): Loss {
  const { own, base } = lossSettings("tversky", options, { alpha: 0.5, beta: 0.5, axis: null as Axes });
  const { alpha, beta, axis } = own;
  requireBetween("losses.tversky", "alpha", alpha, 0);
  requireBetween("losses.tversky", "beta", beta, 0);
  return {
    ...base,
    write(labels, { output }) {
      const overlap = total(multiply(labels, output), axis);
      const missed = multiply(total(multiply(subtract(1, output), labels), axis), alpha);
      const invented = multiply(total(multiply(output, subtract(1, labels)), axis), beta);
      return subtract(1, divide(overlap, add(add(add(overlap, missed), invented), 1e-7)));
    },
  };
}
