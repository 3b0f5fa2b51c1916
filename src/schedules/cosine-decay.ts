import { OptionError } from "../core/errors.ts";
import { cos } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface CosineDecayOptions {
  /** Rate of the first step. */
  initialLearningRate: number;
  /** Steps of the fall, behind those of the warm-up. */
  decaySteps: number;
  /** Share of the highest rate that is left at the end. Default 0. */
  alpha?: number;
  /** Rate at the end of the warm-up, from which it falls. Default: no warm-up. */
  warmupTarget?: number;
  /** Steps of the warm-up, in which the rate grows evenly from `initialLearningRate`. Default 0. */
  warmupSteps?: number;
}

/** From 1 at part 0 to `alpha` at part 1, along half a cosine. */
export function cosineFall(part: number, alpha: number): number {
  return (1 - alpha) * 0.5 * (1 + cos(Math.PI * part)) + alpha;
}

/**
 * The rate falls along half a cosine, after a warm-up if there is one: rate = initial · ((1 − α) · (1 + cos(π · step /
 * decaySteps)) / 2 + α).
 *
 * @throws OptionError for options that make no sense.
 * @see Loshchilov & Hutter 2016, "SGDR"
 * @see https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
 * @example
 * const learningRate = schedules.cosineDecay({
 *   initialLearningRate: 0,
 *   warmupTarget: 0.1,
 *   warmupSteps: 100,
 *   decaySteps: 1000,
 * });
 * console.log(learningRate.at(50)); // 0.05
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const where = "schedules.cosineDecay";
  checkOptions(where, options, ["initialLearningRate", "decaySteps", "alpha", "warmupTarget", "warmupSteps"]);
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  requireNumber(where, "initialLearningRate", initialLearningRate);
  requireNumber(where, "decaySteps", decaySteps, true);
  requireNumber(where, "alpha", alpha);
  requireNumber(where, "warmupSteps", warmupSteps);
  if (warmupTarget !== undefined) requireNumber(where, "warmupTarget", warmupTarget);
  else if (warmupSteps > 0) {
    throw new OptionError({ where, expected: "warmupTarget with warmupSteps", received: "none" });
  }
  const settings = { initialLearningRate, decaySteps, alpha, warmupSteps };
  return {
    name: "cosineDecay",
    options: warmupTarget === undefined ? settings : { ...settings, warmupTarget },
    at(step) {
      if (warmupTarget === undefined) {
        return initialLearningRate * cosineFall(Math.min(step, decaySteps) / decaySteps, alpha);
      }
      if (step < warmupSteps) {
        return (warmupTarget - initialLearningRate) * (step / warmupSteps) + initialLearningRate;
      }
      return warmupTarget * cosineFall(Math.min(step - warmupSteps, decaySteps) / decaySteps, alpha);
    },
  };
}
