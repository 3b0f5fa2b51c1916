/** Losses with weights and reductions. */
import { losses } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { lower } from "../../src/compiler/lower.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { Graph } from "../../src/graph/graph.ts";
import type { Loss } from "../../src/losses/loss.ts";
import { reduceLoss } from "../../src/losses/reduce-loss.ts";
import { predictionsOf } from "../../src/training/labels.ts";
import type { KerasConfig } from "./keras-layers.ts";
import { made, optionsOf } from "./keras-options.ts";
import { flat, type Nested, shapeOf } from "./outcome.ts";

/** Keras's `None` and `"mean"` in our words. */
const reductions: Record<string, string> = { null: "none", mean: "sumOverBatchSize" };

export async function lossValue(
  className: string,
  config: KerasConfig,
  inputs: Readonly<Record<string, Nested>>,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const { reduction = "sum_over_batch_size" } = config;
  const options = { ...optionsOf(config), reduction: reductions[String(reduction)] ?? reduction };
  const loss = made<Loss>("loss", losses, className, options);
  const shape = shapeOf(inputs.y_pred);
  const isSparse = loss.labels === "classes";
  const predictions = [shape[0], ...predictionsOf(shape.slice(1), loss).shape];
  const wanted = isSparse ? predictions : shape;
  /* Labels may lack, or have, an axis of 1 at the end. */
  const given = shapeOf(inputs.y_true);
  const labelShape = sizeOf(given) === sizeOf(wanted) ? wanted : given;
  const graph = new Graph();
  const y = graph.input("y", labelShape, isSparse ? "int32" : "float32");
  const labels = flat(inputs.y_true);
  const feeds: Record<string, Float32Array | Int32Array> = {
    x: Float32Array.from(flat(inputs.y_pred)),
    y: isSparse ? Int32Array.from(labels) : Float32Array.from(labels),
  };
  let weights: ReturnType<Graph["input"]> | undefined;
  if (inputs.sample_weight !== undefined) {
    const own = shapeOf(inputs.sample_weight);
    const isExtra = own.length > predictions.length && own[own.length - 1] === 1;
    weights = graph.input("weights", isExtra ? own.slice(0, -1) : own);
    feeds.weights = Float32Array.from(flat(inputs.sample_weight));
  }
  graph.output("loss", reduceLoss(loss, y, { output: graph.input("x", shape) }, weights));
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const read = Object.entries(feeds).filter(([name]) => name in executable.program.inputs);
  const { outputs } = await executable.run({ steps: 1, inputs: Object.fromEntries(read) });
  return outputs.loss;
}
