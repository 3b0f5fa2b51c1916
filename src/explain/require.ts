import { OptionError } from "../core/errors.ts";

/** @throws OptionError unless it is a whole number ≥ 1. */
export function requireCount(where: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new OptionError({ where, expected: `${name} to be a whole number ≥ 1`, received: String(value) });
}

/** @throws OptionError unless it is finite and above 0. */
export function requirePositive(where: string, name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new OptionError({ where, expected: `${name} to be a positive number`, received: String(value) });
}
