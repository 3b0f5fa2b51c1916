import { OptionError } from "../core/errors.ts";

/** @throws OptionError unless the option is a whole number of at least `least`. */
export function requireCount(where: string, name: string, value: number, least = 0): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new OptionError({
    where,
    expected: `${name} to be a whole number ≥ ${least}`,
    received: String(value),
  });
}

/** @throws OptionError unless the option is a number of at least 0. */
export function requireNotNegative(where: string, name: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new OptionError({ where, expected: `${name} to be a number ≥ 0`, received: String(value) });
}

/** @throws OptionError unless the option is a path. */
export function requirePath(where: string, path: unknown): void {
  if (typeof path === "string" && path !== "") return;
  throw new OptionError({ where, expected: "path to a file", received: JSON.stringify(path) ?? "none" });
}
