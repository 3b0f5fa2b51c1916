import type { SavedChoice } from "../core/name-table.ts";
import type { SavedOptimizer, SavedTraining } from "../formats/saved-model.ts";
import type { Metric } from "../metrics/metric.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import type { Compiled, CompiledOutput } from "./compile.ts";
import { captureStates } from "./run-state.ts";
import type { StepRunner } from "./step-runner.ts";

interface Named {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const saved = ({ name, options }: Named): SavedChoice => ({ name, ...options });

/** A schedule stands in the place of the learning rate. */
function optimizerChoice(optimizer: Named & { readonly learningRate: LearningRate }): SavedChoice {
  const { learningRate } = optimizer;
  return typeof learningRate === "number"
    ? saved(optimizer)
    : { ...saved(optimizer), learningRate: saved(learningRate) };
}

/** A metric with a name of its own is found again by its kind. */
const savedName = ({ name, kind }: Metric): object =>
  kind === undefined || kind === name ? {} : { name: kind, key: name };

const metricsOf = ({ metrics }: CompiledOutput, weighted: boolean): SavedChoice[] =>
  metrics
    .filter(({ isWeighted }) => isWeighted === weighted)
    .map(({ metric }) => ({ ...saved(metric), ...savedName(metric) }));

/** How a model was compiled, by names and numbers. */
export function savedTraining({ optimizer, outputs }: Compiled): SavedTraining {
  return {
    optimizer: optimizerChoice(optimizer),
    outputs: outputs.map((output) => ({
      ...(output.loss ? { loss: saved(output.loss) } : {}),
      ...(output.lossWeight === 1 ? {} : { lossWeight: output.lossWeight }),
      metrics: metricsOf(output, false),
      weightedMetrics: metricsOf(output, true),
    })),
  };
}

/** How far the optimizer has come: its slots are there once a step has been planned. */
export async function savedOptimizer(
  { optimizer, slots }: Compiled,
  { backend, step }: StepRunner,
  learningRate: number,
): Promise<SavedOptimizer> {
  const prefix = `${optimizer.name}/`;
  const states = await captureStates(backend, slots);
  return {
    step,
    learningRate,
    slots: states.map((state) => ({ ...state, name: state.name.slice(prefix.length) })),
  };
}
