import { OptionError } from "./errors.ts";

type Numbers = Readonly<Record<string, number>>;

const shown = (value: unknown): string =>
  typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value);

/** @throws OptionError unless every option is a finite number in [least, most]. */
export function requireNumbers(where: string, options: Numbers, least = -Infinity, most = Infinity): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isFinite(value) && value >= least && value <= most) continue;
    const low = least > -Infinity ? ` ≥ ${least}` : "";
    const high = most < Infinity ? ` ≤ ${most}` : "";
    throw new OptionError({
      where,
      expected: `${name} to be a finite number${low}${low && high && " and"}${high}`,
      received: shown(value),
    });
  }
}

/** @throws OptionError unless every option is a finite number above 0. */
export function requirePositive(where: string, options: Numbers): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new OptionError({ where, expected: `${name} to be a positive number`, received: shown(value) });
  }
}
