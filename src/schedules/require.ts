import { OptionError } from "../core/errors.ts";

/** @throws OptionError unless the option is a number of at least 0, or above 0 if `isPositive`. */
export function requireNumber(where: string, name: string, value: number, isPositive = false): void {
  if ((isPositive ? value > 0 : value >= 0) && value < Infinity) return;
  throw new OptionError({
    where,
    expected: `${name} to be a number ${isPositive ? "above" : "of at least"} 0`,
    received: String(value),
  });
}
