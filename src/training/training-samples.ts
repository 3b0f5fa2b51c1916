import { OptionError } from "../core/errors.ts";
import type { Network } from "../models/network.ts";
import type { CompiledOutput } from "./compile.ts";
import { type EpochData, type EvaluationData, MeasuredSamples, TrainingSamples } from "./epoch-data.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Samples } from "./inputs.ts";
import { checkSamples, isStream, sliceSamples, type TrainingData } from "./samples.ts";

interface FitData {
  readonly train: EpochData;
  readonly validation: EvaluationData | undefined;
}

/**
 * What `fit` trains on, weighed by class, and what it measures after each epoch.
 *
 * @throws ShapeError or DataError if samples or labels do not fit the network.
 */
export async function trainingSamples(
  network: Network,
  outputs: readonly CompiledOutput[],
  data: TrainingData,
  options: FitOptions,
  seed: number,
): Promise<FitData> {
  const { validationSplit = 0, validationData, classWeight } = options;
  const weigh = async (samples: Samples): Promise<Samples> => {
    if (!classWeight) return samples;
    const { weighClasses } = await import("./class-weights.ts");
    return weighClasses(samples, network, outputs, classWeight);
  };
  const validation =
    validationData && (await evaluationData("validationData", network, outputs, validationData));
  if (isStream(data)) {
    const { TrainingStream } = await import("./stream-data.ts");
    const check = async (piece: Parameters<typeof checkSamples>[3]) =>
      weigh(await checkSamples("fit", network, outputs, piece));
    return { train: new TrainingStream(data, check, options), validation };
  }
  const all = await checkSamples("fit", network, outputs, data);
  const train = async (samples: Samples): Promise<EpochData> =>
    new TrainingSamples(await weigh(samples), options, seed);
  if (validation || validationSplit === 0) return { train: await train(all), validation };
  const kept = Math.floor(all.length * (1 - validationSplit));
  if (kept === 0 || kept === all.length) {
    throw new OptionError({
      where: "fit",
      expected: "validationSplit to leave samples on both sides",
      received: `${validationSplit} of ${all.length} samples`,
    });
  }
  return {
    train: await train(sliceSamples(all, 0, kept)),
    validation: new MeasuredSamples(sliceSamples(all, kept, all.length)),
  };
}

/** What `evaluate` and `fit` measure. */
export async function evaluationData(
  where: string,
  network: Network,
  outputs: readonly CompiledOutput[],
  data: TrainingData,
): Promise<EvaluationData> {
  if (!isStream(data)) return new MeasuredSamples(await checkSamples(where, network, outputs, data));
  const { MeasuredStream } = await import("./stream-data.ts");
  return new MeasuredStream(where, data, (piece) => checkSamples(where, network, outputs, piece));
}
