import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumber } from "./require.ts";
import type { Schedule } from "./schedule.ts";

export interface PiecewiseConstantOptions {
  /** Steps, growing: the rate is that of `values[i]` up to and with step `boundaries[i]`. */
  boundaries: readonly number[];
  /** One rate more than there are boundaries. */
  values: readonly number[];
}

/**
 * The rate stays the same between boundaries: `values[0]` up to and with step `boundaries[0]`, then `values[1]`, and so on.
 *
 * @throws OptionError unless boundaries grow and there is one value more than boundaries.
 * @see https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/
 * @example
 * const learningRate = schedules.piecewiseConstantDecay({ boundaries: [1000, 2000], values: [1e-2, 1e-3, 1e-4] });
 * console.log(learningRate.at(1500)); // 0.001
 */
export function piecewiseConstantDecay(options: PiecewiseConstantOptions): Schedule {
  const where = "schedules.piecewiseConstantDecay";
  checkOptions(where, options, ["boundaries", "values"]);
  const { boundaries, values } = options;
  if (!Array.isArray(boundaries) || !Array.isArray(values) || values.length !== boundaries.length + 1) {
    throw new OptionError({
      where,
      expected: "one value more than boundaries",
      received: `${values?.length} values and ${boundaries?.length} boundaries`,
    });
  }
  if (boundaries.some((boundary, i) => !Number.isFinite(boundary) || boundary <= (boundaries[i - 1] ?? -1))) {
    throw new OptionError({
      where,
      expected: "boundaries that grow, from 0 or more",
      received: boundaries.join(", "),
    });
  }
  for (const value of values) requireNumber(where, "values", value);
  return {
    name: "piecewiseConstantDecay",
    options: { boundaries, values },
    at(step) {
      const piece = boundaries.findIndex((boundary) => step <= boundary);
      return values[piece < 0 ? boundaries.length : piece];
    },
  };
}
