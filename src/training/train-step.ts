import { OptionError, UsageError } from "../core/errors.ts";
import { namesLoading } from "../core/name-table.ts";
import { checkOptions, didYouMean } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import type { Numbers } from "../data/dataset.ts";
import { Graph, type State, type Value } from "../graph/graph.ts";
import { add, cast, multiply } from "../graph/ops/elementwise.ts";
import type { Network } from "../models/network.ts";
import { NetworkLayer } from "../models/network-layer.ts";
import type { ExtendedOptimizer, Optimizer } from "../optimizers/optimizer.ts";
import { learningRateOf, type OptimizerName, optimizerOf } from "../optimizers/table.ts";
import { ProgramContext } from "./call-context.ts";
import type { TrainedModel } from "./callback.ts";
import { TrainingSamples } from "./epoch-data.ts";
import { Fit } from "./fit.ts";
import { checkFitOptions, type FitOptions, fitOptions } from "./fit-options.ts";
import { checkInputs } from "./inputs.ts";
import { LearningRates } from "./learning-rates.ts";
import type { Model } from "./model.ts";
import type { BatchShape, ProgramGraph } from "./predict-graph.ts";
import { TrainingRun } from "./run.ts";
import { inputKey } from "./sample-array.ts";
import { StepRunner } from "./step-runner.ts";
import { EpochTotals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";
import { extended, writeUpdates } from "./update-graph.ts";
import type { WeightArray } from "./weights.ts";

/** What a step of one's own is written with. */
export interface TrainStepContext {
  /** Samples together. */
  readonly batch: number;
  /** The arrays of the batch by name: [N, …]. Bytes enter as value / 255. */
  readonly samples: Readonly<Record<string, Value>>;
  /** Uses a model as in training. @throws UsageError if it has several outputs */
  readonly models: Readonly<Record<string, (...inputs: Value[]) => Value>>;
  /** Uniform numbers in [0, 1), new ones for every step: [N, …shape]. */
  uniform(shape: Shape): Value;
  /** Normal numbers with mean 0 and standard deviation 1, likewise. */
  normal(shape: Shape): Value;
  /** Reports a single number, shape `[]`, beside the losses. */
  report(name: string, value: Value): void;
}

export interface TrainStepOptions {
  /** All models that the step uses. They keep their own weights. */
  models: Readonly<Record<string, Model>>;
  /** For each model that is trained, by its name. */
  optimizers: Readonly<Record<string, OptimizerName | Optimizer>>;
  /** Shapes of one sample of the arrays that `fit` is given. */
  samples: Readonly<Record<string, Shape>>;
  /**
   * Writes, for each model that is trained, what its weights lower: a single number, shape `[]`. All models change at the
   * end of the step, from the weights before it.
   */
  losses(context: TrainStepContext): Readonly<Record<string, Value>>;
  /** Decides the order of samples and all draws. Default 0. */
  seed?: number;
}

/** What `fit` of a step takes: arrays by name. */
export type StepData = Readonly<Record<string, Numbers>>;

const knownFitOptions = fitOptions.filter(
  (name) => !["validationSplit", "validationData", "classWeight"].includes(name),
);

interface TrainedNetwork {
  readonly name: string;
  readonly network: Network;
  readonly choice: OptimizerName | Optimizer;
}

/** A step that trains several models at once. Made by {@link trainStep}. */
export class TrainStep implements TrainedModel {
  private readonly options: TrainStepOptions;
  private readonly networks: ReadonlyMap<string, Network>;
  private readonly trained: readonly TrainedNetwork[];
  private readonly rates: LearningRates;
  private readonly optimizers = new Map<string, ExtendedOptimizer>();
  private readonly slots = new Map<string, State>();
  private runner: Promise<StepRunner> | undefined;
  /** The runner once it is open. */
  private opened: StepRunner | undefined;
  private isTraining = false;

  constructor(options: TrainStepOptions) {
    checkOptions("trainStep", options, ["models", "optimizers", "samples", "losses", "seed"]);
    const names = Object.keys(options.models);
    this.options = options;
    this.networks = new Map(names.map((name) => [name, networkOf(options.models[name])]));
    this.trained = Object.entries(options.optimizers).map(([name, choice]) => {
      const network = this.networks.get(name);
      if (!network) {
        throw new OptionError({
          where: "trainStep, optimizers",
          expected: "the name of a model",
          received: JSON.stringify(name),
          hint: didYouMean(name, names),
        });
      }
      return { name, network, choice };
    });
    this.rates = new LearningRates(
      this.trained.map(({ choice }) => learningRateOf("trainStep, optimizers", choice)),
    );
    if (this.trained.length === 0)
      throw new OptionError({ where: "trainStep", expected: "an optimizer for a model", received: "none" });
  }

  /** Step size of the first optimizer; setting it sets all of them. */
  get learningRate(): number {
    return this.rates.at(this.opened?.step ?? 0);
  }

  set learningRate(rate: number) {
    this.rates.set(rate);
  }

  /**
   * Trains, as `model.fit` does: the run can be awaited for its history or iterated over for its events.
   *
   * @throws ShapeError or DataError if the arrays do not fit.
   * @throws NotFiniteError if a loss is NaN or infinite; the weights are those of before that step.
   */
  fit(data: StepData, options: FitOptions = {}): TrainingRun {
    checkOptions("fit", options, knownFitOptions);
    checkFitOptions(options);
    if (this.isTraining) {
      throw new UsageError({ where: "fit", expected: "one run at a time", received: "a second call of fit" });
    }
    this.isTraining = true;
    return new TrainingRun(async (report) => {
      try {
        const [runner, samples] = await Promise.all([this.open(), this.check("fit", data)]);
        const trainer = this.trainer(runner);
        const train = new TrainingSamples(samples, options, runner.seed);
        return await new Fit({ trainer, train, validation: undefined, options, report }).run();
      } finally {
        this.isTraining = false;
      }
    });
  }

  /** All weights of all models: `generator/dense/kernel`. */
  async getWeights(): Promise<WeightArray[]> {
    const { backend } = await this.open();
    const { captureStates } = await import("./run-state.ts");
    return captureStates(backend, this.weights());
  }

  /** @throws ShapeError naming the model whose weights do not fit. */
  async setWeights(weights: readonly (WeightArray | Float32Array)[]): Promise<void> {
    const { backend } = await this.open();
    const { writeWeights } = await import("./weights.ts");
    let at = 0;
    for (const network of this.networks.values()) {
      const { length } = network.weights;
      await writeWeights(network, backend, weights.slice(at, at + length));
      at += length;
    }
  }

  /** @throws UsageError always: each model is saved by itself */
  async save(): Promise<void> {
    throw new UsageError({
      where: "trainStep",
      expected: "one model to save",
      received: [...this.networks.keys()].join(", "),
      hint: "Save each of them: generator.save(path).",
    });
  }

  private check(where: string, data: StepData) {
    const { samples } = this.options;
    const [inputNames, inputShapes] = [Object.keys(samples), Object.values(samples)];
    return checkInputs(where, { inputNames, inputShapes, layers: [] }, data);
  }

  private open(): Promise<StepRunner> {
    this.runner ??= (async () => {
      const backends = await Promise.all(
        Object.values(this.options.models).map((model) => model.openBackend()),
      );
      if (new Set(backends).size > 1) {
        throw new UsageError({
          where: "trainStep",
          expected: "models on one backend",
          received: "models that were made with different backend options",
        });
      }
      await namesLoading();
      for (const { name, choice } of this.trained)
        this.optimizers.set(name, await extended(optimizerOf("trainStep, optimizers", choice)));
      this.opened = new StepRunner(backends[0], this.options.seed ?? 0);
      return this.opened;
    })();
    return this.runner;
  }

  private weights(): Map<string, State> {
    return new Map(
      [...this.networks].flatMap(([name, network]) =>
        network.weights.map(({ path, state }) => [`${name}/${path}`, state] as const),
      ),
    );
  }

  private trainer(runner: StepRunner): Trainer {
    const prepare = (shape: BatchShape) => runner.prepare(JSON.stringify(shape), () => this.graph(shape));
    return {
      model: this,
      runner,
      rates: this.rates,
      optimizers: [...this.optimizers.values()],
      totals: () => new EpochTotals([]),
      prepare: (samples, batch) => prepare(runner.batchShape(samples, batch)),
      train: async (source, rows, batch) => {
        const prepared = await prepare(runner.batchShape(source.samples, batch));
        return runner.takeSteps(prepared, source, rows, batch, (number) => this.scalars(number));
      },
      evaluate: async () => ({}),
      weights: () => this.weights(),
      slots: () => this.slots,
      savedModel: async () => ({
        name: "trainStep",
        spec: {
          layers: Object.entries(this.options.models).map(([name, model]) => ({
            type: "model",
            name,
            model: model.toSpec(),
          })),
        },
        weights: await this.getWeights(),
      }),
    };
  }

  private optimizerOf(name: string): ExtendedOptimizer {
    return this.optimizers.get(name) as ExtendedOptimizer;
  }

  /** The numbers of all optimizers for a step, under the names of their models. */
  private scalars(number: number): Record<string, number> {
    const all = this.trained.flatMap(({ name }, i) =>
      Object.entries(this.optimizerOf(name).scalars(number, this.rates.at(number - 1, i))).map(
        ([key, value]) => [`${name}/${key}`, value],
      ),
    );
    return Object.fromEntries(all);
  }

  private graph(shape: BatchShape): ProgramGraph {
    const graph = new Graph();
    const context = new ProgramContext(shape.batch, true);
    /** What layers of a model add to its loss. */
    const prices = new Map<string, Value[]>();
    const models = [...this.networks].map(([name, network]) => {
      const use = (...inputs: Value[]): Value => {
        const before = context.losses.length;
        graph.scope = name;
        const outputs = network.forward(inputs, context);
        graph.scope = "";
        prices.set(name, [...(prices.get(name) ?? []), ...context.losses.slice(before)]);
        if (outputs.length === 1) return outputs[0];
        throw new UsageError({
          where: `trainStep, ${name}`,
          expected: "a model with one output",
          received: String(outputs.length),
        });
      };
      return [name, use] as const;
    });
    const samples = Object.entries(shape.arrays).map(([key, array]) => {
      const value = cast(graph.input(key, [shape.batch, ...array.shape], array.dtype));
      const name = Object.keys(this.options.samples).find((sample) => inputKey(sample) === key) ?? key;
      return [name, array.dtype === "uint8" ? multiply(value, 1 / 255) : value] as const;
    });
    const losses = this.options.losses({
      batch: shape.batch,
      samples: Object.fromEntries(samples),
      models: Object.fromEntries(models),
      uniform: (drawn) => context.uniform(graph, drawn),
      normal: (drawn) => context.normal(graph, drawn),
      report: (name, value) => graph.output(name, value),
    });
    const scalars = this.writeModels(graph, losses, prices);
    for (const [state, value] of context.updates) graph.update(state, value);
    return { graph, draws: context.draws, scalars };
  }

  private writeModels(
    graph: Graph,
    losses: Readonly<Record<string, Value>>,
    prices: ReadonlyMap<string, readonly Value[]>,
  ): string[] {
    const totals = this.trained.map(({ name, network }) => {
      if (!Object.hasOwn(losses, name)) {
        throw new UsageError({
          where: "trainStep, losses",
          expected: `a loss for each of ${this.trained.map((each) => each.name).join(", ")}`,
          received: Object.keys(losses).join(", ") || "none",
        });
      }
      const weighed = network.trainableWeights.flatMap(({ state, regularizer }) =>
        regularizer ? [regularizer.write(graph.state(state))] : [],
      );
      const total = [...weighed, ...(prices.get(name) ?? [])].reduce(add, losses[name]);
      graph.output(`${name}Loss`, total);
      return total;
    });
    graph.output("loss", totals.reduce(add));
    return this.trained.flatMap(({ name, network }, i) => {
      const optimizer = { optimizer: this.optimizerOf(name), slots: this.slots };
      return writeUpdates(graph, network.trainableWeights, optimizer, totals[i], `${name}/`);
    });
  }
}

function networkOf(model: Model): Network {
  const layer = model.toLayer();
  if (layer instanceof NetworkLayer) return layer.network;
  throw new UsageError({ where: "trainStep", expected: "models", received: layer.type });
}

/**
 * A training step of one's own, compiled as one program: several models, several optimizers, any losses written with ops.
 * For adversarial networks, distillation and the like.
 *
 * @throws OptionError for optimizers of models that are not there.
 * @throws UsageError (when it is trained) if a loss is missing, or the models run on different backends.
 * @see https://keras.io/guides/custom_train_step_in_tensorflow/
 * @example
 * const teacher = sequential([layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10 })], { seed: 1 });
 * const student = sequential([layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10 })], { seed: 2 });
 * const distill = trainStep({
 *   models: { teacher, student },
 *   optimizers: { student: "adam" },
 *   samples: { image: [28, 28, 1] },
 *   losses({ samples, models }) {
 *     const difference = ops.subtract(models.teacher(samples.image), models.student(samples.image));
 *     return { student: ops.reduceMean(ops.square(difference)) };
 *   },
 * });
 * const { logs } = await distill.fit({ image: train.x }, { epochs: 2 });
 * console.log(logs.studentLoss);
 */
export function trainStep(options: TrainStepOptions): TrainStep {
  return new TrainStep(options);
}
