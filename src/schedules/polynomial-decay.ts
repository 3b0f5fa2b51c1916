import { pow } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface PolynomialDecayOptions {
  /** Rate of the first step. */
  initialLearningRate: number;
  /** Steps until the rate is `endLearningRate`. */
  decaySteps: number;
  /** Default 0.0001. */
  endLearningRate?: number;
  /** 1 falls in a straight line. Default 1. */
  power?: number;
  /** Begin again behind `decaySteps`, over twice the steps, then three times, and so on. Default false. */
  cycle?: boolean;
}

/**
 * The rate falls to `endLearningRate` and stays there: rate = (initial − end) · (1 − step / decaySteps) ^ power + end.
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/
 * @example
 * const learningRate = schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 1000, power: 0.5 });
 * console.log(learningRate.at(5000)); // 0.0001
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const where = "schedules.polynomialDecay";
  checkOptions(where, options, ["initialLearningRate", "decaySteps", "endLearningRate", "power", "cycle"]);
  const { initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle = false } = options;
  requireNumber(where, "initialLearningRate", initialLearningRate);
  requireNumber(where, "decaySteps", decaySteps, true);
  requireNumber(where, "endLearningRate", endLearningRate);
  requireNumber(where, "power", power);
  return {
    name: "polynomialDecay",
    options: { initialLearningRate, decaySteps, endLearningRate, power, cycle },
    at(step) {
      const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
      const part = Math.min(step, length) / length;
      return (initialLearningRate - endLearningRate) * pow(1 - part, power) + endLearningRate;
    },
  };
}
