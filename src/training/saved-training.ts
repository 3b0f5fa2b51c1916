import type { SavedChoice, SavedTraining } from "../formats/safetensors/model.ts";
import type { Compiled, CompiledOutput } from "./compile.ts";

interface Named {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const saved = ({ name, options }: Named): SavedChoice => ({ name, ...options });

const metricsOf = ({ metrics }: CompiledOutput, weighted: boolean): SavedChoice[] =>
  metrics.filter(({ isWeighted }) => isWeighted === weighted).map(({ metric }) => saved(metric));

/** How a model was compiled, by names and numbers. */
export function savedTraining({ optimizer, outputs }: Compiled): SavedTraining {
  return {
    optimizer: saved(optimizer),
    outputs: outputs.map((output) => ({
      ...(output.loss ? { loss: saved(output.loss) } : {}),
      ...(output.lossWeight === 1 ? {} : { lossWeight: output.lossWeight }),
      metrics: metricsOf(output, false),
      weightedMetrics: metricsOf(output, true),
    })),
  };
}
