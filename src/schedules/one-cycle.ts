import { OptionError } from "../core/errors.ts";
import { cos } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  /** Highest rate. */
  maxLearningRate: number;
  /** Steps of the whole cycle; the rate stays at its last value behind them. */
  totalSteps: number;
  /** Share of the steps in which the rate grows, above 0 and below 1. Default 0.3. */
  warmupShare?: number;
  /** The first rate is the highest divided by this. Default 25. */
  divFactor?: number;
  /** The last rate is the first divided by this. Default 10000. */
  finalDivFactor?: number;
  /** Along half a cosine or in a straight line. Default `"cosine"`. */
  annealing?: "cosine" | "linear";
}

/**
 * One rise and one fall of the rate: from max / divFactor to max, then to max / (divFactor · finalDivFactor).
 *
 * Has no counterpart in Keras; the numbers are those of PyTorch's OneCycleLR with two phases.
 *
 * @throws OptionError for options that make no sense.
 * @see Smith & Topin 2017, "Super-convergence"
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 * @example
 * const learningRate = schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 1000 });
 * model.compile({ optimizer: optimizers.sgd({ learningRate, momentum: 0.9 }), loss: "sparseCategoricalCrossentropy" });
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const where = "schedules.oneCycle";
  checkOptions(where, options, [
    "maxLearningRate",
    "totalSteps",
    "warmupShare",
    "divFactor",
    "finalDivFactor",
    "annealing",
  ]);
  const { maxLearningRate, totalSteps, warmupShare = 0.3 } = options;
  const { divFactor = 25, finalDivFactor = 1e4, annealing = "cosine" } = options;
  requireNumber(where, "maxLearningRate", maxLearningRate);
  requireNumber(where, "totalSteps", totalSteps, true);
  requireNumber(where, "divFactor", divFactor, true);
  requireNumber(where, "finalDivFactor", finalDivFactor, true);
  if (!(warmupShare > 0 && warmupShare < 1)) {
    throw new OptionError({
      where,
      expected: "warmupShare above 0 and below 1",
      received: String(warmupShare),
    });
  }
  if (annealing !== "cosine" && annealing !== "linear") {
    throw new OptionError({
      where,
      expected: 'annealing "cosine" or "linear"',
      received: JSON.stringify(annealing),
    });
  }
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const top = warmupShare * totalSteps - 1;
  const end = totalSteps - 1;
  const between = (from: number, to: number, part: number): number =>
    annealing === "linear" ? from + (to - from) * part : to + ((from - to) / 2) * (1 + cos(Math.PI * part));
  return {
    name: "oneCycle",
    options: { maxLearningRate, totalSteps, warmupShare, divFactor, finalDivFactor, annealing },
    at(step) {
      if (step >= end) return last;
      return step < top
        ? between(first, maxLearningRate, step / top)
        : between(maxLearningRate, last, (step - top) / (end - top));
    },
  };
}
