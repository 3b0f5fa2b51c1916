import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, maximum, minimum, multiply, sqrt, square } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Constraint } from "./constraint.ts";

/** Keras's summand of a length that is divided by. */
const epsilon = 1e-7;

export interface NormOptions {
  /**
   * Axes that a vector runs along, whose length counts. Default 0: what goes into a unit of a dense layer; for a
   * kernel [kH, kW, inC, outC] say [0, 1, 2].
   */
  axis?: number | readonly number[];
}

/** The same weight with vectors of the lengths that `target` makes of theirs. */
function rescaled(weight: Value, axis: number | readonly number[], target: (lengths: Value) => Value): Value {
  const lengths = sqrt(reduceSum(square(weight), { axes: axis, keepDims: true }));
  return multiply(weight, divide(target(lengths), add(lengths, epsilon)));
}

const clipped = (lengths: Value, least: number, most: number): Value =>
  minimum(maximum(lengths, least), most);

export interface MaxNormOptions extends NormOptions {
  /** Greatest length. Default 2. */
  maxValue?: number;
}

/**
 * Shortens vectors that are longer than `maxValue`: any shape, unchanged.
 *
 * @throws OptionError if maxValue is no finite number ≥ 0.
 * @throws ShapeError (when training begins) if the weight has no such axis.
 * @see https://keras.io/api/layers/constraints/#maxnorm-class
 * @example
 * const limit = constraints.maxNorm({ maxValue: 3, axis: [0, 1, 2] });
 */
export function maxNorm(options: MaxNormOptions = {}): Constraint {
  checkOptions("constraints.maxNorm", options, ["maxValue", "axis"]);
  const { maxValue = 2, axis = 0 } = options;
  requireNumbers("constraints.maxNorm", { maxValue }, 0);
  return {
    name: "maxNorm",
    options: { maxValue, axis },
    write: (weight) => rescaled(weight, axis, (lengths) => minimum(lengths, maxValue)),
  };
}

export interface MinMaxNormOptions extends NormOptions {
  /** Smallest length. Default 0. */
  minValue?: number;
  /** Greatest length. Default 1. */
  maxValue?: number;
  /** Share of the way to the nearest allowed length that is gone at each step, in [0, 1]. Default 1. */
  rate?: number;
}

/**
 * Moves the length of vectors towards [minValue, maxValue]: any shape, unchanged.
 *
 * @throws OptionError if a length is no finite number ≥ 0, minValue is above maxValue, or the rate is not in [0, 1].
 * @throws ShapeError (when training begins) if the weight has no such axis.
 * @see https://keras.io/api/layers/constraints/#minmaxnorm-class
 * @example
 * const limit = constraints.minMaxNorm({ minValue: 0.5, maxValue: 1, rate: 0.9 });
 */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const where = "constraints.minMaxNorm";
  checkOptions(where, options, ["minValue", "maxValue", "rate", "axis"]);
  const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = options;
  requireNumbers(where, { minValue, maxValue }, 0);
  requireNumbers(where, { rate }, 0, 1);
  if (minValue > maxValue) {
    throw new OptionError({
      where,
      expected: `minValue to be at most maxValue ${maxValue}`,
      received: String(minValue),
    });
  }
  return {
    name: "minMaxNorm",
    options: { minValue, maxValue, rate, axis },
    write: (weight) =>
      rescaled(weight, axis, (lengths) =>
        add(multiply(clipped(lengths, minValue, maxValue), rate), multiply(lengths, 1 - rate)),
      ),
  };
}

/**
 * Gives every vector length 1: any shape, unchanged. A vector of zeros stays.
 *
 * @throws ShapeError (when training begins) if the weight has no such axis.
 * @see https://keras.io/api/layers/constraints/#unitnorm-class
 * @example
 * const limit = constraints.unitNorm({ axis: 0 });
 */
export function unitNorm(options: NormOptions = {}): Constraint {
  checkOptions("constraints.unitNorm", options, ["axis"]);
  const { axis = 0 } = options;
  return {
    name: "unitNorm",
    options: { axis },
    write(weight) {
      const lengths = sqrt(reduceSum(square(weight), { axes: axis, keepDims: true }));
      return divide(weight, add(lengths, epsilon));
    },
  };
}
