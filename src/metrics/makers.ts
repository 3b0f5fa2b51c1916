import type { NameTable } from "../core/name-table.ts";
import { accuracy } from "./accuracy.ts";
import type { Metric } from "./metric.ts";
import { metricTable } from "./table.ts";

/** Metrics with options, for saved models. Only who reads those imports this. */
export const metricMakers: NameTable<(options: never) => Metric> = {
  common: { accuracy },
  further: [...metricTable.further, "iou", "meanIoU"],
  load: async () => (await import("./further.ts")).metricMakers,
};
