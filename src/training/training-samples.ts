import { OptionError } from "../core/errors.ts";
import type { Network } from "../models/network.ts";
import type { CompiledOutput } from "./compile.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Samples } from "./inputs.ts";
import { checkSamples, sliceSamples, type TrainingData } from "./samples.ts";

/**
 * What `fit` trains on, weighed by class, and what it measures after each epoch.
 *
 * @throws ShapeError or DataError if samples or labels do not fit the network.
 */
export async function trainingSamples(
  network: Network,
  outputs: readonly CompiledOutput[],
  data: TrainingData,
  { validationSplit = 0, validationData, classWeight }: FitOptions,
): Promise<{ train: Samples; validation?: Samples }> {
  const all = await checkSamples("fit", network, outputs, data);
  const weigh = async (samples: Samples): Promise<Samples> => {
    if (!classWeight) return samples;
    const { weighClasses } = await import("./class-weights.ts");
    return weighClasses(samples, network, outputs, classWeight);
  };
  if (validationData) {
    const validation = await checkSamples("validationData", network, outputs, validationData);
    return { train: await weigh(all), validation };
  }
  if (validationSplit === 0) return { train: await weigh(all) };
  const kept = Math.floor(all.length * (1 - validationSplit));
  if (kept === 0 || kept === all.length) {
    throw new OptionError({
      where: "fit",
      expected: "validationSplit to leave samples on both sides",
      received: `${validationSplit} of ${all.length} samples`,
    });
  }
  return {
    train: await weigh(sliceSamples(all, 0, kept)),
    validation: sliceSamples(all, kept, all.length),
  };
}
