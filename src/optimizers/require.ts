import { OptionError } from "../core/errors.ts";

/** @throws OptionError unless all numbers are positive and finite. */
export function requirePositive(where: string, numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0 && value < Infinity)) {
      throw new OptionError({ where, expected: `${name} to be a positive number`, received: String(value) });
    }
  }
}
