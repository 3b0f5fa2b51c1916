import { OptionError } from "../core/errors.ts";
import type { Value } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";

/** How strong a random change is: drawn for each sample between two numbers, or as far as one number to both sides. */
export type Factor = number | readonly [low: number, high: number];
/** A lower and an upper bound. */
export type Range = readonly [low: number, high: number];

/**
 * The range a factor stands for: a single number reaches from −factor, or from the lowest that is allowed, to factor.
 *
 * @param bounds what is allowed
 * @throws OptionError if it is no number or two, or outside of the bounds.
 */
export function factorRange(where: string, name: string, factor: Factor, [least, most]: Range): Range {
  const numbers: readonly unknown[] =
    typeof factor === "number" ? [factor] : Array.isArray(factor) ? factor : [];
  const isFine = (x: unknown) => typeof x === "number" && x >= least && x <= most;
  if (
    numbers.length < 1 ||
    numbers.length > 2 ||
    !numbers.every(isFine) ||
    numbers.length !== lengthOf(factor)
  ) {
    throw new OptionError({
      where,
      expected: `${name} as one number or two, from ${least} to ${most}`,
      received: JSON.stringify(factor),
    });
  }
  const [first, second] = numbers as number[];
  if (second === undefined) return [Math.max(-Math.abs(first), least), Math.abs(first)];
  return first < second ? [first, second] : [second, first];
}

const lengthOf = (factor: Factor): number => (typeof factor === "number" ? 1 : factor.length);

/** @throws OptionError unless it is two different numbers; the lower comes first in what is returned. */
export function valueRangeOf(where: string, range: Range = [0, 255]): Range {
  const isFine =
    Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1];
  if (!isFine) {
    throw new OptionError({
      where,
      expected: "valueRange as the lowest and the highest number of an image, such as [0, 255]",
      received: JSON.stringify(range),
    });
  }
  return range[0] < range[1] ? range : [range[1], range[0]];
}

/** A uniform number in [0, 1) moved into a range. */
export function within(uniform: Value, [low, high]: Range): Value {
  return add(multiply(uniform, high - low), low);
}
