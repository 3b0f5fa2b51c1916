import { OptionError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { BackendOptions, Dataset, Model } from "../../index.ts";
import { articleNetwork } from "../article-network.ts";
import { checkLabels, countClasses, type NamedDataset, openDataset, sliceDataset } from "../datasets.ts";
import { readJson } from "../read-json.ts";
import type { TrainOptions } from "./options.ts";
import { planSteps, type StepPlan } from "./step-plan.ts";

/** What is trained, and on what. */
export interface Job {
  readonly data: NamedDataset;
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly model: Model;
  readonly classes: number;
  readonly plan: StepPlan;
  readonly options: TrainOptions;
  readonly date: Date;
}

/** @throws ConvNetError if data, spec and options do not fit together: before anything is trained or written. */
export async function createJob(argument: string, options: TrainOptions): Promise<Job> {
  if (options.resume && options.out === undefined) {
    throw new OptionError({
      where: "--resume",
      expected: "--out with the folder of the run",
      received: "none",
    });
  }
  /* Threads start while the data are read. */
  const started = import("../../index.ts").then(({ startBackend }) => startBackend(backendOptions(options)));
  const [data] = await Promise.all([openDataset(argument), started]);
  const { train, validation } = splitSamples(data, options);
  const { model, classes } = await createModel(data, options);
  const plan = planSteps({ ...options, samples: train.length });
  return { data, train, validation, model, classes, plan, options, date: new Date() };
}

function backendOptions({ backend, threads }: TrainOptions): BackendOptions {
  return { backend, ...(threads === undefined ? {} : { threads }) };
}

/** @throws OptionError if there are fewer samples than the limit, or the validation split leaves nothing. */
function splitSamples(
  { train: all }: NamedDataset,
  { limit = all.length, validationSplit }: TrainOptions,
): { train: Dataset; validation: Dataset | undefined } {
  if (limit > all.length) {
    throw new OptionError({
      where: "--limit",
      expected: `at most the ${all.length} samples there are`,
      received: String(limit),
    });
  }
  const kept = Math.floor(limit * (1 - validationSplit));
  if (kept === 0 || (validationSplit > 0 && kept === limit)) {
    throw new OptionError({
      where: "--validation-split",
      expected: "samples on both sides",
      received: `${validationSplit} of ${limit} samples`,
    });
  }
  return {
    train: sliceDataset(all, 0, kept),
    validation: kept < limit ? sliceDataset(all, kept, limit) : undefined,
  };
}

/** @throws OptionError, ShapeError or DataError if spec and data do not fit together. */
async function createModel(
  data: NamedDataset,
  options: TrainOptions,
): Promise<{ model: Model; classes: number }> {
  const { modelFromSpec, optimizers } = await import("../../index.ts");
  if (options.model !== undefined && options.classes !== undefined) {
    throw new OptionError({
      where: "--classes",
      expected: "no --model beside it: a spec says its outputs itself",
      received: `${options.classes} and ${options.model}`,
    });
  }
  const { model: path, seed, learningRate, optimizer } = options;
  const spec =
    path === undefined
      ? articleNetwork(data.train.sampleShape, countClasses(data, options.classes))
      : await readJson(path);
  const modelOptions = { seed, name: data.name, ...backendOptions(options) };
  const model = await modelFromSpec(spec, modelOptions, path ?? "the article's network");
  const last = model.toSpec().layers[model.layers.length - 1];
  const [classes] = model.outputShape;
  if (model.outputShape.length !== 1 || last.activation !== "softmax") {
    throw new OptionError({
      where: `${path}, ${String(last.name)}`,
      expected: 'a last layer that gives one probability a class, such as "dense" with "softmax"',
      received: `output ${formatShape([null, ...model.outputShape])} with activation ${JSON.stringify(last.activation ?? "linear")}`,
    });
  }
  checkLabels(data, classes);
  model.compile({
    optimizer: optimizers[optimizer](learningRate === undefined ? {} : { learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return { model, classes };
}
