import { OptionError } from "./errors.ts";

/** @throws OptionError unless every option is a finite number in [least, most]. */
export function requireNumbers(
  where: string,
  options: Readonly<Record<string, number>>,
  least = -Infinity,
  most = Infinity,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isFinite(value) && value >= least && value <= most) continue;
    const low = least > -Infinity ? ` ≥ ${least}` : "";
    const high = most < Infinity ? ` ≤ ${most}` : "";
    throw new OptionError({
      where,
      expected: `${name} to be a finite number${low}${low && high && " and"}${high}`,
      received: typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value),
    });
  }
}
