import { OptionError } from "../core/errors.ts";
import { pow } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { sizeOf } from "../core/shape.ts";
import { flatten, type Numbers } from "../data/dataset.ts";
import { adam } from "../optimizers/adam.ts";
import { oneCycle } from "../schedules/one-cycle.ts";
import type { Compiled, CompileOptions } from "./compile.ts";
import { type FitOptions, fitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import { byName } from "./inputs.ts";
import type { Model } from "./model.ts";
import type { ArrayData } from "./samples.ts";

export interface FineTuneOptions extends Omit<FitOptions, "initialEpoch" | "stepsPerEpoch"> {
  /** Name of the first layer of the head, which is new; what comes before it knows something already. Default: the last layer with weights. */
  head?: string;
  /** Epochs of the whole network, after the head alone. Default 1. */
  epochs?: number;
  /** Epochs of the head alone. Default 1. */
  headEpochs?: number;
  /** Highest rate of the head alone; half of it when all are trained. Default 0.002. */
  learningRate?: number;
  /** How many times slower than the head the first layer learns; those between in even ratios. Default 100. */
  spread?: number;
}

export interface FineTuned {
  /** While only the head was trained. */
  readonly head: History;
  /** While all layers were. */
  readonly whole: History;
}

const own = ["head", "headEpochs", "learningRate", "spread"];
const withoutPlace = fitOptions.filter((name) => name !== "initialEpoch" && name !== "stepsPerEpoch");

/** Paths of all layers with weights, inner ones too, in order. */
function layersWithWeights(model: Model): string[] {
  return [...new Set(model.weightShapes.map(({ name }) => name.slice(0, name.lastIndexOf("/"))))];
}

/** How fast each layer learns, compared with the head. */
function multipliers(paths: readonly string[], head: string, spread: number): Record<string, number> {
  const first = paths.findIndex((path) => path === head || path.startsWith(`${head}/`));
  const body = paths.slice(0, first < 0 ? paths.length : first);
  return Object.fromEntries(body.map((path, i) => [path, pow(spread, i / body.length - 1)]));
}

/** The losses and metrics that a model was compiled with, to compile it again. */
function measured({ outputs }: Compiled): Omit<CompileOptions, "optimizer"> {
  const named = <Item>(item: (output: Compiled["outputs"][number]) => Item): Record<string, Item> =>
    Object.fromEntries(outputs.map((output) => [output.name, item(output)]));
  const metricsOf = (isWeighted: boolean) =>
    named(({ metrics }) => metrics.filter((m) => m.isWeighted === isWeighted).map(({ metric }) => metric));
  const losses = outputs.flatMap(({ name, loss }) => (loss ? [[name, loss] as const] : []));
  return {
    ...(losses.length > 0 && { loss: Object.fromEntries(losses) }),
    lossWeights: named(({ lossWeight }) => lossWeight),
    metrics: metricsOf(false),
    weightedMetrics: metricsOf(true),
  };
}

/**
 * Trains a network whose first layers know something already for another task, by fastai's recipe: first the head
 * alone, the rest frozen, then all layers, the first ones slowest; each time with one cycle of Adam's rate.
 *
 * Losses and metrics are those the model was compiled with; its optimizer is replaced. Frozen layers work as in
 * prediction, batch normalization too. Afterwards all layers are trainable.
 *
 * @throws UsageError before `compile`.
 * @throws OptionError if a number makes no sense, or there is no such layer.
 * @see Howard and Gugger 2020, "fastai: a layered API for deep learning"
 * @example
 * const { head, whole } = await fineTune(model, train, { epochs: 1, headEpochs: 1 });
 * console.log(head.accuracy, whole.accuracy);
 */
export async function fineTune(
  model: Model,
  data: ArrayData,
  options: FineTuneOptions = {},
): Promise<FineTuned> {
  checkOptions("fineTune", options, [...withoutPlace, ...own]);
  const { epochs = 1, headEpochs = 1, learningRate = 0.002, spread = 100, head: given, ...others } = options;
  const require = (holds: boolean, expected: string, received: number): void => {
    if (!holds) throw new OptionError({ where: "fineTune", expected, received: String(received) });
  };
  require(Number.isInteger(epochs) && epochs >= 1, "epochs to be a whole number ≥ 1", epochs);
  require(Number.isInteger(headEpochs) && headEpochs >= 1, "headEpochs to be a whole number ≥ 1", headEpochs);
  require(learningRate > 0 && learningRate < Infinity, "learningRate to be a positive number", learningRate);
  require(spread >= 1 && spread < Infinity, "spread to be at least 1", spread);
  const how = measured(await model.requireCompiled("fineTune"));
  const paths = layersWithWeights(model);
  const head = given ?? paths[paths.length - 1].split("/")[0];
  const { network } = await model.parts();
  const [first] = byName("fineTune x", network.inputNames, data.x) as Numbers[];
  const samples = flatten("fineTune x", first).length / sizeOf(network.inputShapes[0]);
  const kept = Math.floor(samples * (1 - (others.validationSplit ?? 0)));
  const stepsOf = (count: number): number => count * Math.max(1, Math.ceil(kept / (others.batchSize ?? 32)));

  model.freezeUntil(head);
  const alone = oneCycle({
    maxLearningRate: learningRate,
    totalSteps: stepsOf(headEpochs),
    warmupShare: 0.99,
  });
  model.compile({ optimizer: adam({ learningRate: alone }), ...how });
  const headHistory = await model.fit(data, { ...others, epochs: headEpochs });

  model.trainable = true;
  const all = oneCycle({ maxLearningRate: learningRate / 2, totalSteps: stepsOf(epochs), divFactor: 5 });
  const learningRateMultipliers = multipliers(paths, head, spread);
  model.compile({ optimizer: adam({ learningRate: all, learningRateMultipliers }), ...how });
  return { head: headHistory, whole: await model.fit(data, { ...others, epochs }) };
}
