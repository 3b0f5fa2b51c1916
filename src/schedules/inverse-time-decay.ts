import { checkDecay, type DecayOptions } from "./exponential-decay.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The rate falls with the inverse of time: rate = initial / (1 + decayRate · step / decaySteps).
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/
 * @example
 * const learningRate = schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
 * console.log(learningRate.at(2)); // 0.05
 */
export function inverseTimeDecay(options: DecayOptions): Schedule {
  const settings = checkDecay("schedules.inverseTimeDecay", options);
  const { initialLearningRate, decaySteps, decayRate, staircase } = settings;
  return {
    name: "inverseTimeDecay",
    options: settings,
    at(step) {
      const part = step / decaySteps;
      return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(part) : part));
    },
  };
}
