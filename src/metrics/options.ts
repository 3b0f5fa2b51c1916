import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Metric } from "./metric.ts";

/** Options of every metric. */
export interface MetricOptions {
  /** Key in logs, so that two metrics of a kind can stand side by side. Default its own name. */
  name?: string;
}

/** What a metric begins with: its own options with defaults, and what is the same for all. */
export interface MetricSettings<Own> {
  readonly own: Own;
  readonly base: Required<Pick<Metric, "name" | "kind" | "options">>;
}

/** @throws OptionError for options that do not exist. */
export function metricSettings<Own extends object>(
  kind: string,
  given: MetricOptions,
  defaults: Own,
): MetricSettings<Own> {
  checkOptions(`metrics.${kind}`, given, [...Object.keys(defaults), "name"]);
  const { name = kind, ...others } = given;
  const own = { ...defaults, ...others };
  return { own, base: { name, kind, options: { ...(own as object) } } };
}

/** @throws OptionError unless the option is a whole number of at least `least`. */
export function requireCount(kind: string, name: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new OptionError({
    where: `metrics.${kind}`,
    expected: `${name} to be a whole number ≥ ${least}`,
    received: String(value),
  });
}

/** @throws OptionError unless the option is one of some. */
export function requireOneOf(kind: string, name: string, value: unknown, known: readonly unknown[]): void {
  if (known.includes(value)) return;
  throw new OptionError({
    where: `metrics.${kind}`,
    expected: `${name} as one of ${known.map(String).join(", ")}`,
    received: String(value),
  });
}
