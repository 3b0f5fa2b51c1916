import { OptionError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { BackendOptions, Dataset, Model, ModelSpec } from "../../index.ts";
import { articleNetwork } from "../article-network.ts";
import { augmentation, augmented } from "../augment.ts";
import { autoNetwork, describeAutoNetwork } from "../auto-network.ts";
import { pickDataOptions } from "../data/options.ts";
import { checkLabels, countClasses, type NamedDataset, openDataset, sliceDataset } from "../datasets.ts";
import { readJson } from "../read-json.ts";
import type { ResolvedOptions, TrainOptions } from "./options.ts";
import { planSteps, type StepPlan } from "./step-plan.ts";

/** What is trained, and on what. */
export interface Job {
  readonly data: NamedDataset;
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly model: Model;
  readonly classes: number;
  readonly plan: StepPlan;
  readonly options: ResolvedOptions;
  /** What people should know before it begins. */
  readonly notes: readonly string[];
  readonly date: Date;
}

/** @throws ConvNetError if data, spec and options do not fit together: before anything is trained or written. */
export async function createJob(argument: string, given: TrainOptions): Promise<Job> {
  if (given.resume && given.out === undefined) {
    throw new OptionError({
      where: "--resume",
      expected: "--out with the folder of the run",
      received: "none",
    });
  }
  /* Threads start while the data are read. */
  const started = import("../../index.ts").then(({ startBackend }) => startBackend(backendOptions(given)));
  const [data] = await Promise.all([openDataset(argument, pickDataOptions(given)), started]);
  const choice = modelChoice(data, given);
  const options = resolved(choice, data, given);
  const { train, validation } = splitSamples(data, options);
  const { model, classes } = await createModel(data, choice, options);
  const plan = planSteps({ ...options, samples: train.length });
  const notes = [
    ...data.notes,
    ...(choice === "auto" ? [describeAutoNetwork(shapeOf(data))] : []),
    ...(options.augment ? [augmentation] : []),
  ];
  return { data, train, validation, model, classes, plan, options, notes, date: new Date() };
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

const shapeOf = ({ train }: NamedDataset): number[] => train.sampleShape.map(Number);

/** `article`, `auto`, or the path of a spec. */
function modelChoice(data: NamedDataset, { model }: TrainOptions): string {
  return model ?? (data.kind === "idx" ? "article" : "auto");
}

/** A few thousand images take more passes and smaller steps than sixty thousand. */
function resolved(choice: string, { train }: NamedDataset, options: TrainOptions): ResolvedOptions {
  if (choice !== "auto") return { ...options, batchSize: options.batchSize ?? 32 };
  const isFewer = Math.min(train.length, options.limit ?? train.length) < 5000;
  const { epochs, steps, optimizer, batchSize = isFewer ? 16 : 32 } = options;
  return {
    ...(epochs === undefined && steps === undefined ? { epochs: 20 } : {}),
    ...(optimizer === "adam" ? { learningRate: 0.003 } : {}),
    ...options,
    batchSize,
  };
}

async function specOf(
  data: NamedDataset,
  choice: string,
  { classes, model }: TrainOptions,
): Promise<unknown> {
  if (choice === "article") return articleNetwork(shapeOf(data), countClasses(data, classes));
  if (choice === "auto") return autoNetwork(shapeOf(data), countClasses(data, classes));
  if (classes === undefined) return readJson(choice);
  throw new OptionError({
    where: "--classes",
    expected: "no --model beside it: a spec says its outputs itself",
    received: `${classes} and ${model}`,
  });
}

/** What the model has to know to be asked about pictures later. */
function meaningOf({ train }: NamedDataset, { interpolation, crop }: TrainOptions): Model["meaning"] {
  const pictures = {
    ...(interpolation && { interpolation }),
    ...(crop !== undefined && { cropToAspectRatio: crop }),
  };
  return {
    ...(train.classNames && { classNames: train.classNames }),
    ...(Object.keys(pictures).length > 0 && { pictures }),
  };
}

/** @throws OptionError, ShapeError or DataError if spec and data do not fit together. */
async function createModel(
  data: NamedDataset,
  choice: string,
  options: TrainOptions,
): Promise<{ model: Model; classes: number }> {
  const { modelFromSpec, optimizers } = await import("../../index.ts");
  const { seed, learningRate, optimizer } = options;
  const plain = await specOf(data, choice, options);
  const spec = options.augment ? augmented(plain as ModelSpec) : plain;
  const modelOptions = { seed, name: data.name, ...backendOptions(options) };
  const isOwn = choice === "article" || choice === "auto";
  const path = isOwn ? `the ${choice} network` : choice;
  const model = await modelFromSpec(spec, modelOptions, path);
  model.meaning = meaningOf(data, options);
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
