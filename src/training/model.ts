import { type BackendOptions, backendOf } from "../backends/choose-backend.ts";
import type { Backend } from "../backends/contract.ts";
import { UsageError } from "../core/errors.ts";
import { namesLoading } from "../core/name-table.ts";
import { checkOptions } from "../core/names.ts";
import type { ImageSource } from "../data/image/image-pixels.ts";
import type { Meaning } from "../models/meaning.ts";
import { ModelStructure } from "../models/model-structure.ts";
import type { Network } from "../models/network.ts";
import { learningRateOf } from "../optimizers/table.ts";
import type { TrainedModel } from "./callback.ts";
import type { ClassifyOptions, Guess } from "./classify.ts";
import { type Compiled, type CompileOptions, compileNetwork, compileOptions, metricsOf } from "./compile.ts";
import type { Finding } from "./doctor/finding.ts";
import { evaluateSamples } from "./evaluate.ts";
import type { ExplainOptions } from "./explain-model.ts";
import { Fit } from "./fit.ts";
import { checkFitOptions, type FitOptions, fitOptions } from "./fit-options.ts";
import type { EpochLogs } from "./history.ts";
import { checkInputs, type NamedNumbers, type Samples } from "./inputs.ts";
import { LearningRates } from "./learning-rates.ts";
import {
  checkModelOptions,
  type EvaluateOptions,
  type ModelOptions,
  type SaveOptions,
  type SaveReport,
} from "./model-options.ts";
import type { Prediction } from "./predict.ts";
import type { BatchShape } from "./predict-graph.ts";
import type { FileSource } from "./read-saved.ts";
import { TrainingRun } from "./run.ts";
import { type ArrayData, checkSamples, isStream, type SampleStream, type TrainingData } from "./samples.ts";
import type { ModelParts } from "./save-model.ts";
import { Session } from "./session.ts";
import { EpochTotals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";
import { evaluationData, trainingSamples } from "./training-samples.ts";
import type { WeightArray } from "./weights.ts";

/** A network that can be trained, measured and asked. Made by {@link sequential} or {@link model}. */
export class Model extends ModelStructure implements TrainedModel {
  readonly seed: number;
  /** Names of classes, and how pictures are brought to size: `classify` goes by it, and it is saved with the model. */
  meaning: Meaning = {};
  /** Why a model from a file is not compiled as the file wanted it. @internal */
  notCompiled: string | undefined;
  /** @internal */
  readonly backendOptions: BackendOptions;
  private session: Promise<Session> | undefined;
  private compiled: Compiled | Promise<Compiled> | undefined;
  private rates = new LearningRates([Number.NaN]);
  /** The session once it is open. */
  private opened: Session | undefined;
  private isTraining = false;
  private isDisposed = false;
  private predictModule: Promise<typeof import("./predict.ts")> | undefined;

  constructor(network: Network, options: ModelOptions = {}) {
    const kind = network.isChain ? "sequential" : "model";
    const { seed = 0, name = kind, ...backendOptions } = options;
    checkModelOptions(kind, options);
    super(network.build(seed), name, options.name);
    this.seed = seed;
    this.backendOptions = backendOptions;
  }

  /** Step size of the optimizer; a new one takes effect with the next step. With a schedule it follows the steps. */
  get learningRate(): number {
    return this.rates.at(this.opened?.step ?? 0);
  }

  set learningRate(rate: number) {
    this.rates.set(rate);
  }

  /** Which backend the model runs on, and with how many threads. */
  async backend(): Promise<{ name: string; threads: number }> {
    const { name, threads } = await backendOf(this.backendOptions);
    return { name, threads };
  }

  /** Its programs and where they run. @internal */
  async open(): Promise<Session> {
    if (this.isDisposed) {
      throw new UsageError({
        where: this.name,
        expected: "a model in use",
        received: "one that was disposed",
      });
    }
    this.session ??= backendOf(this.backendOptions).then((backend) => {
      this.opened = new Session(this.network, backend, this.seed);
      return this.opened;
    });
    await namesLoading();
    return this.session;
  }

  /** Where its weights live; the same for all models with the same backend options. @internal */
  async openBackend(): Promise<Backend> {
    return (await this.open()).backend;
  }

  /** @internal */
  get isCompiled(): boolean {
    return this.compiled !== undefined;
  }

  /** Optimizer, losses and metrics. @throws UsageError before `compile`. @internal */
  requireCompiled(where: string): Compiled | Promise<Compiled> {
    if (this.compiled) return this.compiled;
    throw new UsageError({
      where,
      expected: "a compiled model",
      received: this.notCompiled ?? "a model without optimizer and loss",
      hint: 'Call model.compile({ optimizer: "adam", loss: … }) first.',
    });
  }

  /**
   * Chooses optimizer, loss and metrics. Compiling again starts the optimizer anew and keeps the weights.
   *
   * @throws OptionError for names that do not exist.
   */
  compile(options: CompileOptions): void {
    checkOptions("compile", options, compileOptions);
    const before = this.compiled;
    const compiled = compileNetwork(this.network, options);
    this.rates = new LearningRates([learningRateOf("compile, optimizer", options.optimizer)]);
    this.compiled = compiled;
    if (this.opened) this.opened.step = 0;
    /* Whoever uses the model sees what went wrong; a model that nobody uses must not end the process. */
    if (compiled instanceof Promise) compiled.catch(() => {});
    void this.session?.then(async (session) => {
      session.step = 0;
      await session.clear();
      if (before) session.backend.release([...(await before).slots.values()]);
    });
  }

  /**
   * Trains. The run that comes back can be awaited for its {@link History}, or iterated over for its events.
   *
   * @throws UsageError before `compile`, or while another run is going on.
   * @throws ShapeError or DataError if the samples or labels do not fit the network: before the first step.
   * @throws NotFiniteError if a loss is NaN or infinite; the weights are those of before that step.
   * @example
   * const history = await model.fit(train, { epochs: 5, batchSize: 32, validationSplit: 0.1 });
   */
  fit(data: TrainingData, options: FitOptions = {}): TrainingRun {
    checkOptions("fit", options, fitOptions);
    checkFitOptions(options);
    const setUp = this.requireCompiled("fit");
    if (this.isTraining) {
      throw new UsageError({ where: "fit", expected: "one run at a time", received: "a second call of fit" });
    }
    this.isTraining = true;
    return new TrainingRun(async (report) => {
      try {
        const compiled = await setUp;
        const [session, { train, validation }] = await Promise.all([
          this.open(),
          trainingSamples(this.network, compiled.outputs, data, options, this.seed),
        ]);
        const trainer = this.trainer(session, compiled);
        return await new Fit({ trainer, train, validation, options, report }).run();
      } finally {
        this.isTraining = false;
      }
    });
  }

  private trainer(session: Session, compiled: Compiled): Trainer {
    const { rates } = this;
    return {
      model: this,
      runner: session,
      totals: () => new EpochTotals(metricsOf(compiled.outputs)),
      prepare: (samples, batch) => session.program("train", session.batchShape(samples, batch), compiled),
      rates,
      optimizers: [compiled.optimizer],
      train: (source, rows, batch) => session.train(compiled, source, rows, batch, rates),
      evaluate: (pieces, batchSize) => evaluateSamples(session, compiled, pieces, batchSize),
      weights: () => new Map(this.network.weights.map(({ path, state }) => [path, state])),
      slots: () => compiled.slots,
      savedModel: async () => (await import("./save-model.ts")).savedModel(await this.parts(), false),
    };
  }

  /**
   * Loss and metrics over all samples, each counted once.
   *
   * @example
   * const { loss, accuracy } = await model.evaluate(test);
   */
  async evaluate(data: TrainingData, options: EvaluateOptions = {}): Promise<EpochLogs> {
    checkOptions("evaluate", options, ["batchSize"]);
    const compiled = await this.requireCompiled("evaluate");
    const { batchSize = 32 } = options;
    const measured = await evaluationData("evaluate", this.network, compiled.outputs, data);
    const session = await this.open();
    try {
      await measured.open(session);
      return await evaluateSamples(session, compiled, measured.pieces(batchSize), batchSize);
    } finally {
      measured.dispose();
    }
  }

  /**
   * What the network says: [N, …inputShape] → [N, …outputShape]. The same bits for a sample alone or in any batch.
   * Of a stream's samples, `x` is taken.
   *
   * @throws ShapeError if the numbers do not divide into samples.
   * @example
   * const { data } = await model.predict(test.x.subarray(0, 784)); // probabilities of one digit
   */
  async predict(x: NamedNumbers | SampleStream, options: EvaluateOptions = {}): Promise<Prediction> {
    const outputs = await this.predictAll(x, options);
    return (await this.predicting()).onlyOutput(outputs);
  }

  /** Asks for the module once: under loaders of TypeScript each time takes longer than a small prediction. */
  private predicting(): Promise<typeof import("./predict.ts")> {
    this.predictModule ??= import("./predict.ts");
    return this.predictModule;
  }

  /** As `predict`, for models with several outputs: what comes out by the name of the output. */
  async predictAll(
    x: NamedNumbers | SampleStream,
    options: EvaluateOptions = {},
  ): Promise<Record<string, Prediction>> {
    checkOptions("predict", options, ["batchSize"]);
    const { batchSize = 32 } = options;
    const { predictSamples } = await this.predicting();
    const check = (numbers: NamedNumbers) => checkInputs("predict", this.network, numbers);
    const prepare = (shape: BatchShape) => session.program("predict", shape);
    const ask = (samples: Samples) => predictSamples(session, this.network, prepare, samples, batchSize);
    const samples = isStream(x) ? undefined : await check(x as NamedNumbers);
    const session = await this.open();
    if (samples) return ask(samples);
    const { predictStream } = await import("./stream-data.ts");
    return predictStream(x as SampleStream, (piece) => check(piece.x), ask, batchSize);
  }

  /**
   * What is in a picture of any size, the likeliest first; by the names of classes in `meaning`.
   *
   * @param image path (Node) or address (page), the bytes of a file, pixels, or what a page can draw
   * @throws FileError or DataError if it is no picture.
   * @example
   * model.meaning = { classNames: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] };
   * const [{ name, probability }] = await model.classify(picture, { topK: 1 });
   */
  async classify(image: ImageSource, options: ClassifyOptions = {}): Promise<Guess[]> {
    const { classify } = await import("./classify.ts");
    return classify(this, image, options);
  }

  /**
   * One optimizer step on all the samples given.
   *
   * @returns loss and metrics of the step, before its update
   */
  async trainOnBatch(x: NamedNumbers, y?: NamedNumbers, sampleWeight?: NamedNumbers): Promise<EpochLogs> {
    const compiled = await this.requireCompiled("trainOnBatch");
    const data = { x, ...(y && { y }), ...(sampleWeight && { sampleWeight }) };
    const samples = await checkSamples("trainOnBatch", this.network, compiled.outputs, data);
    const [{ trainBatch }, session] = await Promise.all([import("./train-batch.ts"), this.open()]);
    return trainBatch(this.trainer(session, compiled), samples);
  }

  /** All weights in the order of the layers; moving statistics too. */
  async getWeights(): Promise<WeightArray[]> {
    const { readWeights } = await import("./weights.ts");
    return readWeights(this.network, await this.openBackend());
  }

  /** @throws ShapeError naming the weight that does not fit; nothing is changed then. */
  async setWeights(weights: readonly (WeightArray | Float32Array)[]): Promise<void> {
    const { writeWeights } = await import("./weights.ts");
    await writeWeights(this.network, await this.openBackend(), weights);
  }

  /**
   * Takes the weights of a file: of Keras (`.weights.h5`, `.h5`, `.keras`) or of any other format that models load from.
   *
   * @throws FileError naming the weight that does not fit; nothing is changed then.
   */
  async loadWeights(source: FileSource): Promise<void> {
    const { loadWeights } = await import("./load-weights.ts");
    await loadWeights(await this.parts(), source);
  }

  /** SHA-256 of all weights as little-endian float32 in the order of `getWeights`. Equal bits, equal hash. */
  async weightsSha256(): Promise<string> {
    const { hashWeights } = await import("./weights.ts");
    return hashWeights(await this.getWeights());
  }

  /**
   * Looks at samples, labels and what the model makes of them, and says what is likely wrong and what to do about it.
   * Trains nothing.
   *
   * @throws UsageError before `compile`.
   * @example
   * for (const { id, seen, advice } of await model.doctor(train)) console.log(id, seen, advice);
   */
  async doctor(data: ArrayData): Promise<Finding[]> {
    const { examine } = await import("./doctor/examine.ts");
    return examine(await this.parts(), await this.requireCompiled("doctor"), data);
  }

  /** The plan of a program as text: for each call its kernel, method, shapes, arithmetic and memory. */
  async explainProgram(options: ExplainOptions = {}): Promise<string> {
    if (options.program !== undefined && options.program !== "predict")
      this.requireCompiled("explainProgram");
    const { explainModel } = await import("./explain-model.ts");
    return explainModel(await this.parts(), options);
  }

  /**
   * Writes architecture, weights and how it was compiled to a file, whole or not at all.
   *
   * @returns what the file does not have
   * @throws FileError if it cannot be written; an old file stays as it was.
   */
  async save(path: string, options: SaveOptions = {}): Promise<SaveReport> {
    const { saveModel } = await import("./save-model.ts");
    return saveModel(await this.parts(), path, options);
  }

  /** Architecture and weights as the bytes of a file. @param options `format`: default `"keras"` */
  async serialize(options: SaveOptions = {}): Promise<Uint8Array> {
    const { serializeModel } = await import("./save-model.ts");
    return serializeModel(await this.parts(), options);
  }

  /** What files hold, as it is now. @internal */
  async parts(): Promise<ModelParts> {
    const { name, network, rates, meaning } = this;
    const [compiled, session] = await Promise.all([this.compiled, this.open()]);
    return { name, network, compiled, rates, session, meaning };
  }

  /** Gives back the memory of weights and programs. The model cannot be used afterwards. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    const session = await this.session;
    if (!session) return;
    await session.clear();
    session.backend.release(this.network.weights.map(({ state }) => state));
    const compiled = await this.compiled;
    if (compiled) session.backend.release([...compiled.slots.values()]);
  }
}
