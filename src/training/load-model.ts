import type { BackendOptions } from "../backends/choose-backend.ts";
import { ConvNetError } from "../core/errors.ts";
import { loadNamed, type NameTable, type SavedChoice } from "../core/name-table.ts";
import { camelCase, checkOptions } from "../core/names.ts";
import type { SavedModel, SavedOptimizer, SavedTraining } from "../formats/saved-model.ts";
import type { Loss } from "../losses/loss.ts";
import { lossMakers } from "../losses/makers.ts";
import { metricMakers } from "../metrics/makers.ts";
import type { Metric } from "../metrics/metric.ts";
import type { LayerFactories } from "../models/spec.ts";
import { optimizerMakers } from "../optimizers/makers.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { scheduleTable } from "../schedules/table.ts";
import { withFormatLayers } from "./format-layers.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";
import { type FileSource, matchWeights, readSaved } from "./read-saved.ts";
import { restoreRates } from "./run-state.ts";

/** What a program made itself and a file names: what makes it of the options it was saved with. */
export interface CustomObjects {
  /** By the layer's `type`. */
  readonly layers?: LayerFactories;
  readonly losses?: Readonly<Record<string, (options: never) => Loss>>;
  readonly metrics?: Readonly<Record<string, (options: never) => Metric>>;
  readonly optimizers?: Readonly<Record<string, (options: never) => Optimizer>>;
  readonly schedules?: Readonly<Record<string, (options: never) => Schedule>>;
}

export interface LoadOptions extends BackendOptions {
  /** Layers, losses and the like that are not part of this package. */
  custom?: CustomObjects;
  /** Compile it as it was compiled when it was saved, with what its optimizer had gathered. Default true. */
  compile?: boolean;
}

export interface SpecOptions extends ModelOptions {
  /** Layers that are not part of this package. */
  custom?: CustomObjects;
}

/**
 * Reads a model: architecture, weights, how it was compiled, and how far its optimizer had come.
 *
 * The format is told by what is in the file: Keras (`.keras`, `.h5`), TensorFlow.js (`model.json`), safetensors of this
 * package, or an architecture alone as JSON, whose weights are new. How a foreign file was compiled is taken over where
 * this package has all of it; otherwise the model only answers until it is compiled.
 *
 * @param source path (Node), address (browser), or the bytes of the file
 * @throws FileError if it is no such file, naming the place and what is wrong there. Nothing in a file is evaluated.
 * @example
 * const model = await loadModel(bytes);
 */
export async function loadModel(source: FileSource, options: LoadOptions = {}): Promise<Model> {
  checkOptions("loadModel", options, ["backend", "threads", "workerUrl", "custom", "compile"]);
  const { compile = true, ...others } = options;
  const { where, saved } = await readSaved(source, options.custom?.layers);
  const { spec, name, seed = 0 } = saved;
  const model = await modelFromSpec(spec, { seed, ...others, name }, where);
  if (saved.weights) await model.setWeights(matchWeights(where, model.weightShapes, saved.weights));
  model.meaning = saved.meaning ?? {};
  if (compile) await compileAsSaved(where, model, saved, options.custom);
  return model;
}

/**
 * A model from its architecture as JSON, with new weights.
 *
 * @param where what the spec came from, for errors
 * @throws OptionError or ShapeError naming the layer and what is wrong with it. Nothing in a spec is evaluated.
 * @example
 * const model = await modelFromSpec({ layers: [{ type: "dense", units: 10, inputShape: [4] }] });
 */
export async function modelFromSpec(
  spec: unknown,
  { custom, ...options }: SpecOptions = {},
  where = "spec",
): Promise<Model> {
  const { loadNetwork } = await import("../models/network-of-spec.ts");
  return new Model(await loadNetwork(where, spec, await withFormatLayers(spec, custom?.layers)), options);
}

async function compileAsSaved(
  where: string,
  model: Model,
  { training, optimizer, notCompiled, isForeign }: SavedModel,
  custom: CustomObjects = {},
): Promise<void> {
  if (notCompiled !== undefined) model.notCompiled = notCompiled;
  if (!training) return;
  try {
    await compileWith(where, model, training, custom);
  } catch (error) {
    if (!isForeign || !(error instanceof ConvNetError)) throw error;
    model.notCompiled = `one that was compiled with what this package has not: ${error.message}`;
    return;
  }
  if (optimizer) await restoreOptimizer(model, optimizer);
}

/** Goes on from what the optimizer had gathered when the model was saved. */
async function restoreOptimizer(model: Model, { step, learningRate, slots }: SavedOptimizer): Promise<void> {
  const { compiled, session, rates } = await model.parts();
  for (const { name, shape, data } of slots) {
    const path = `${compiled?.optimizer.name}/${name}`;
    compiled?.slots.set(path, { path, shape, initialize: () => data });
  }
  session.step = step;
  restoreRates(rates, [learningRate]);
}

async function compileWith(
  where: string,
  model: Model,
  { optimizer, outputs }: SavedTraining,
  custom: CustomObjects,
): Promise<void> {
  const maker = <Made>(
    kind: string,
    table: NameTable<(options: never) => Made>,
    own: Readonly<Record<string, (options: never) => Made>> = {},
  ) => {
    return async ({ name, key, ...others }: SavedChoice): Promise<Made> => {
      const options = key === undefined ? others : { ...others, name: camelCase(String(key)) };
      const make = Object.hasOwn(own, name) ? own[name] : await loadNamed(`${where}, ${kind}`, table, name);
      return make(options as never);
    };
  };
  const loss = maker<Loss>("loss", lossMakers, custom.losses);
  const metric = maker<Metric>("metric", metricMakers, custom.metrics);
  const metricsOf = (choices: readonly SavedChoice[]) => Promise.all(choices.map(metric));
  const { learningRate } = optimizer;
  const schedule = maker<Schedule>("schedule", scheduleTable, custom.schedules);
  const scheduled =
    typeof learningRate === "object" && learningRate !== null
      ? { ...optimizer, learningRate: await schedule(learningRate as SavedChoice) }
      : optimizer;
  model.compile({
    optimizer: await maker<Optimizer>("optimizer", optimizerMakers, custom.optimizers)(scheduled),
    loss: await Promise.all(outputs.map((output) => (output.loss ? loss(output.loss) : null))),
    lossWeights: outputs.map(({ lossWeight = 1 }) => lossWeight),
    metrics: await Promise.all(outputs.map(({ metrics }) => metricsOf(metrics))),
    weightedMetrics: await Promise.all(outputs.map(({ weightedMetrics }) => metricsOf(weightedMetrics))),
  });
}
