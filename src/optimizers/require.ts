import { OptionError } from "../core/errors.ts";

/** @throws OptionError unless all numbers are at least 0 and finite. */
export function requireNotNegative(where: string, numbers: Record<string, number>): void {
  requireAll(where, numbers, "a number ≥ 0", (value) => value >= 0 && value < Infinity);
}

/** For shares of old numbers that stay. @throws OptionError unless all numbers are in [0, 1). */
export function requireDecays(where: string, numbers: Record<string, number>): void {
  requireAll(where, numbers, "in [0, 1)", (value) => value >= 0 && value < 1);
}

function requireAll(
  where: string,
  numbers: Record<string, number>,
  expected: string,
  holds: (value: number) => boolean,
): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!holds(value)) {
      throw new OptionError({ where, expected: `${name} to be ${expected}`, received: String(value) });
    }
  }
}
