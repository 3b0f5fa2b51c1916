import { pow } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { cosineFall } from "./cosine-decay.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface CosineRestartsOptions {
  /** Rate of the first step. */
  initialLearningRate: number;
  /** Steps of the first fall. */
  firstDecaySteps: number;
  /** How many times longer each fall is than the one before, at least 1. Default 2. */
  tMul?: number;
  /** What the highest rate is multiplied by at each restart. Default 1. */
  mMul?: number;
  /** Share of the first rate that is left at the end of a fall. Default 0. */
  alpha?: number;
}

/**
 * The rate falls along half a cosine again and again, each time over `tMul` times as many steps and from `mMul` times the
 * rate.
 *
 * @throws OptionError for options that make no sense.
 * @see Loshchilov & Hutter 2016, "SGDR"
 * @see https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/
 * @example
 * const learningRate = schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 100 });
 * console.log(learningRate.at(100), learningRate.at(300)); // 0.1 0.1
 */
export function cosineDecayRestarts(options: CosineRestartsOptions): Schedule {
  const where = "schedules.cosineDecayRestarts";
  checkOptions(where, options, ["initialLearningRate", "firstDecaySteps", "tMul", "mMul", "alpha"]);
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
  requireNumber(where, "initialLearningRate", initialLearningRate);
  requireNumber(where, "firstDecaySteps", firstDecaySteps, true);
  requireNumber(where, "tMul - 1", tMul - 1);
  requireNumber(where, "mMul", mMul);
  requireNumber(where, "alpha", alpha);
  return {
    name: "cosineDecayRestarts",
    options: { initialLearningRate, firstDecaySteps, tMul, mMul, alpha },
    at(step) {
      let restarts = 0;
      let rest = step;
      let length = firstDecaySteps;
      if (tMul === 1) {
        restarts = Math.floor(step / length);
        rest -= restarts * length;
      } else {
        for (; rest >= length; length *= tMul) {
          rest -= length;
          restarts++;
        }
      }
      const height = pow(mMul, restarts);
      return initialLearningRate * (cosineFall(rest / length, 0) * (1 - alpha) * height + alpha);
    },
  };
}
