import { loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { accuracy } from "./accuracy.ts";
import type { Metric } from "./metric.ts";

const common = { accuracy };

/** Metrics that a string can name. */
export const metricTable: NameTable<(options?: never) => Metric> = {
  common,
  further: [],
  load: async () => ({}),
};

export type MetricName = Spelling<keyof typeof common>;

/** @throws OptionError if there is no such name. */
export function metricOf(where: string, choice: MetricName | Metric): Metric {
  return typeof choice === "string" ? loadedNamed(where, metricTable, choice)() : choice;
}
