export { accuracy } from "./accuracy.ts";
export type { Metric, MetricContext, Totals } from "./metric.ts";
