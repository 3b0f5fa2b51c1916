import { pow } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface DecayOptions {
  /** Rate of the first step. */
  initialLearningRate: number;
  /** Steps after which the rate has changed by `decayRate` once. */
  decaySteps: number;
  /** How much it changes. */
  decayRate: number;
  /** Change only every `decaySteps` steps, and not in between. Default false. */
  staircase?: boolean;
}

/** Refuses what no decay can be made of, and gives the options with the default filled in. */
export function checkDecay(where: string, options: DecayOptions): Required<DecayOptions> {
  checkOptions(where, options, ["initialLearningRate", "decaySteps", "decayRate", "staircase"]);
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  requireNumber(where, "initialLearningRate", initialLearningRate);
  requireNumber(where, "decaySteps", decaySteps, true);
  requireNumber(where, "decayRate", decayRate);
  return { initialLearningRate, decaySteps, decayRate, staircase };
}

/**
 * The rate is multiplied by `decayRate` every `decaySteps` steps: rate = initial · decayRate ^ (step / decaySteps).
 *
 * @throws OptionError for options that make no sense.
 * @see https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/
 * @example
 * const learningRate = schedules.exponentialDecay({ initialLearningRate: 0.01, decaySteps: 1000, decayRate: 0.9 });
 * model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "sparseCategoricalCrossentropy" });
 */
export function exponentialDecay(options: DecayOptions): Schedule {
  const settings = checkDecay("schedules.exponentialDecay", options);
  const { initialLearningRate, decaySteps, decayRate, staircase } = settings;
  return {
    name: "exponentialDecay",
    options: settings,
    at(step) {
      const part = step / decaySteps;
      return initialLearningRate * pow(decayRate, staircase ? Math.floor(part) : part);
    },
  };
}
