import type { SavedChoice } from "../../core/name-table.ts";
import type { SavedTraining } from "../saved-model.ts";
import { snakeCaseOf } from "./classes.ts";
import type { Config } from "./refuse.ts";
import { type Style, writeChoice } from "./write-options.ts";

/** How a model was compiled, as `compile_config` of Keras 3 or `training_config` of older files. */
export function writeTraining(
  { optimizer, outputs }: SavedTraining,
  outputNames: readonly string[],
  style: Style,
): Config {
  const item = (choice: SavedChoice, module: string): unknown =>
    Object.keys(choice).length === 1 ? snakeCaseOf(choice.name) : writeChoice(choice, module, style);
  const metrics = (lists: readonly (readonly SavedChoice[])[]): unknown => {
    if (lists.every((list) => list.length === 0)) return null;
    const written = lists.map((list) => list.map((metric) => item(metric, "keras.metrics")));
    return written.length === 1 ? written[0] : written;
  };
  const losses = outputs.map(({ loss }) => (loss ? item(loss, "keras.losses") : null));
  const weights = outputs.map(({ lossWeight = 1 }) => lossWeight);
  const common = {
    loss:
      losses.length === 1 ? losses[0] : Object.fromEntries(outputNames.map((name, i) => [name, losses[i]])),
    metrics: metrics(outputs.map((output) => output.metrics)),
    loss_weights: weights.every((weight) => weight === 1) ? null : weights,
    weighted_metrics: metrics(outputs.map((output) => output.weightedMetrics)),
  };
  const written = writeChoice(optimizer, "keras.optimizers", style);
  if (style === "keras2") return { optimizer_config: written, ...common };
  return { optimizer: written, ...common, run_eagerly: false, steps_per_execution: 1, jit_compile: false };
}
