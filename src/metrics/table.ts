import { lookUp, type Spelling } from "../core/names.ts";
import { accuracy } from "./accuracy.ts";
import type { Metric } from "./metric.ts";

/** Metrics that a string can name. */
export const metricTable = { accuracy };

export type MetricName = Spelling<keyof typeof metricTable>;

/** @throws OptionError if there is no such name. */
export function metricOf(where: string, choice: MetricName | Metric): Metric {
  return typeof choice === "string" ? lookUp(where, metricTable, choice)() : choice;
}
