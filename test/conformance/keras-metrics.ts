/** Metrics over several updates, with weights. */
import { metrics } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { lower } from "../../src/compiler/lower.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { Graph } from "../../src/graph/graph.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import { metricResult, writeMetric } from "../../src/metrics/write-metric.ts";
import type { KerasConfig } from "./keras-layers.ts";
import { made, optionsOf } from "./keras-options.ts";
import { flat, type Nested, shapeOf } from "./outcome.ts";

export interface MetricUpdate {
  readonly y_true: Nested;
  readonly y_pred: Nested;
  readonly sample_weight?: Nested;
}

/** Keras's class of that name compares for equality; `accuracy` here chooses as `metrics=["accuracy"]` does. */
const renamed: Record<string, string> = { Accuracy: "exactAccuracy" };

export async function metricValue(
  className: string,
  config: KerasConfig,
  updates: readonly MetricUpdate[],
  backend: Backend,
): Promise<number> {
  const metric = made<Metric>("metric", metrics, renamed[className] ?? className, optionsOf(config));
  const totals: Record<string, number[]> = {};
  for (const update of updates) {
    const outputShape = shapeOf(update.y_pred);
    const shape = outputShape.length === 1 ? [...outputShape, 1] : outputShape;
    const given = shapeOf(update.y_true);
    /* Labels and weights may lack, or have, an axis of 1 at the end. */
    const outer = shape.slice(0, -1);
    const labelShape =
      sizeOf(given) === sizeOf(shape) ? shape : sizeOf(given) === sizeOf(outer) ? outer : given;
    const graph = new Graph();
    const labels = graph.input("y", labelShape);
    const output = graph.input("x", shape);
    const inputs: Record<string, Float32Array> = {
      x: Float32Array.from(flat(update.y_pred)),
      y: Float32Array.from(flat(update.y_true)),
    };
    let weights: ReturnType<Graph["input"]> | undefined;
    if (update.sample_weight !== undefined) {
      weights = graph.input("weights", shapeOf(update.sample_weight));
      inputs.weights = Float32Array.from(flat(update.sample_weight));
    }
    for (const [name, value] of Object.entries(
      writeMetric(metric, labels, output, { loss: undefined, weights }),
    ))
      graph.output(name, value);
    const executable = await backend.prepare(await lower(graph, backend.tables));
    const read = Object.entries(inputs).filter(([name]) => name in executable.program.inputs);
    const { outputs } = await executable.run({ steps: 1, inputs: Object.fromEntries(read) });
    for (const [name, values] of Object.entries(outputs)) {
      const before = totals[name] ?? [];
      totals[name] = metric.collects
        ? [...before, ...values]
        : Array.from(values, (value, i) => value + (before[i] ?? 0));
    }
  }
  const arrays = Object.entries(totals).map(([name, values]) => [name, Float64Array.from(values)]);
  return metricResult(metric, Object.fromEntries(arrays));
}
