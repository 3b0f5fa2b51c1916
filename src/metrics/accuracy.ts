import { cast, equal, greater } from "../graph/ops/elementwise.ts";
import { argMax } from "../graph/ops/labels.ts";
import { reduceMean } from "../graph/ops/reduce-max.ts";
import type { Metric } from "./metric.ts";

/**
 * Share of right predictions: the largest output is the labelled class; for a single output and binary labels, it lies
 * on the right side of 0.5.
 *
 * @see https://keras.io/api/metrics/accuracy_metrics/
 * @example
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: [metrics.accuracy()] });
 */
export function accuracy(): Metric {
  return {
    name: "accuracy",
    write(labels, output, { loss }) {
      const classes = output.shape[output.shape.length - 1];
      if (loss?.labels === "classes") return equal(cast(argMax(output)), cast(labels));
      const isBinary = classes === 1 || loss?.name === "binaryCrossentropy";
      if (isBinary) return reduceMean(equal(greater(output, 0.5), cast(labels)), { axes: -1 });
      return equal(cast(argMax(output)), cast(argMax(cast(labels))));
    },
  };
}
