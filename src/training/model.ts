import { type BackendOptions, backendOf, checkBackend, startBackend } from "../backends/choose-backend.ts";
import type { Backend } from "../backends/contract.ts";
import { explainProgram } from "../compiler/explain-program.ts";
import { NotFiniteError, OptionError, UsageError } from "../core/errors.ts";
import { writeFile } from "../core/files.ts";
import { checkOptions } from "../core/names.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Numbers } from "../data/dataset.ts";
import type { Layer } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import { type LossName, lossOf } from "../losses/table.ts";
import type { Metric } from "../metrics/metric.ts";
import { type MetricName, metricOf } from "../metrics/table.ts";
import type { Network } from "../models/network.ts";
import { type ModelSpec, specOf } from "../models/spec.ts";
import { summaryOf } from "../models/summary.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type OptimizerName, optimizerOf } from "../optimizers/table.ts";
import type { RunControl, TrainedModel } from "./callback.ts";
import { evaluateSamples, range } from "./evaluate.ts";
import { checkFitOptions, type FitOptions, fitOptions, fitSamples } from "./fit.ts";
import type { EpochLogs } from "./history.ts";
import { type Compiled, typeOf } from "./programs.ts";
import { TrainingRun } from "./run.ts";
import { checkInputs, checkSamples, type Samples, sliceSamples, type TrainingData } from "./samples.ts";
import { Session } from "./session.ts";
import { EpochTotals } from "./totals.ts";
import { hashWeights, readWeights, type WeightArray, writeWeights } from "./weights.ts";

export interface ModelOptions extends BackendOptions {
  /** Decides first weights, the order of samples and what dropout drops. Default 0: a program gives the same result every time. */
  seed?: number;
  /** Name in summaries and files. Default `"sequential"`. */
  name?: string;
}

export interface CompileOptions {
  optimizer: OptimizerName | Optimizer;
  loss: LossName | Loss;
  metrics?: readonly (MetricName | Metric)[];
}

export interface EvaluateOptions {
  /** Samples computed together. Default 32. */
  batchSize?: number;
}

/** Numbers that came out, row-major. */
export interface Prediction {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** A network that can be trained, measured and asked. Made by {@link sequential}. */
export class Model implements TrainedModel {
  readonly name: string;
  readonly seed: number;
  private readonly network: Network;
  private readonly backendOptions: BackendOptions;
  private session: Promise<Session> | undefined;
  private compiled: Compiled | undefined;
  private rate = Number.NaN;
  private isTraining = false;
  private isDisposed = false;

  constructor(network: Network, options: ModelOptions = {}) {
    const { seed = 0, name = "sequential", ...backendOptions } = options;
    checkOptions("sequential", options, ["seed", "name", "backend", "threads", "workerUrl"]);
    checkBackend(backendOptions);
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new OptionError({ where: "seed", expected: "a whole number ≥ 0", received: String(seed) });
    }
    this.network = network;
    this.name = name;
    this.seed = seed;
    this.backendOptions = backendOptions;
  }

  get layers(): readonly Layer[] {
    return this.network.layers;
  }

  /** Shape of one sample behind each layer. */
  get shapes(): readonly Shape[] {
    return this.network.shapes;
  }

  /** Shape of one sample. */
  get inputShape(): Shape {
    return this.network.inputShape;
  }

  /** Shape of what comes out for one sample. */
  get outputShape(): Shape {
    return this.network.outputShape;
  }

  /** Step size of the optimizer; a new one takes effect with the next step. */
  get learningRate(): number {
    return this.rate;
  }

  set learningRate(rate: number) {
    if (!(rate > 0 && rate < Infinity)) {
      throw new OptionError({ where: "learningRate", expected: "a positive number", received: String(rate) });
    }
    this.rate = rate;
  }

  /** Which backend the model runs on, and with how many threads. */
  async backend(): Promise<{ name: string; threads: number }> {
    return startBackend(this.backendOptions);
  }

  private open(): Promise<Session> {
    if (this.isDisposed) {
      throw new UsageError({
        where: this.name,
        expected: "a model in use",
        received: "one that was disposed",
      });
    }
    this.session ??= backendOf(this.backendOptions).then(
      (backend) => new Session(this.network, backend, this.seed),
    );
    return this.session;
  }

  private async backendNow(): Promise<Backend> {
    return (await this.open()).backend;
  }

  private requireCompiled(where: string): Compiled {
    if (this.compiled) return this.compiled;
    throw new UsageError({
      where,
      expected: "a compiled model",
      received: "a model without optimizer and loss",
      hint: 'Call model.compile({ optimizer: "adam", loss: … }) first.',
    });
  }

  /**
   * Chooses optimizer, loss and metrics. Compiling again starts the optimizer anew and keeps the weights.
   *
   * @throws OptionError for names that do not exist.
   */
  compile(options: CompileOptions): void {
    checkOptions("compile", options, ["optimizer", "loss", "metrics"]);
    const optimizer = optimizerOf("compile, optimizer", options.optimizer);
    const loss = lossOf("compile, loss", options.loss);
    const metrics = (options.metrics ?? []).map((metric) => metricOf("compile, metrics", metric));
    const before = this.compiled;
    this.compiled = { optimizer, loss, metrics, slots: new Map() };
    this.rate = optimizer.learningRate;
    void this.session?.then(async (session) => {
      await session.clear();
      session.step = 0;
      if (before) session.backend.release([...before.slots.values()]);
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
    const compiled = this.requireCompiled("fit");
    if (this.isTraining) {
      throw new UsageError({ where: "fit", expected: "one run at a time", received: "a second call of fit" });
    }
    let stopped = false;
    const control: RunControl = {
      model: this,
      stop() {
        stopped = true;
      },
    };
    this.isTraining = true;
    return new TrainingRun(async (report) => {
      try {
        const [session, { train, validation }] = await Promise.all([
          this.open(),
          this.split(compiled, data, options),
        ]);
        return await fitSamples({
          session,
          compiled,
          control,
          train,
          validation,
          options,
          report,
          learningRate: () => this.rate,
          isStopped: () => stopped,
        });
      } finally {
        this.isTraining = false;
      }
    });
  }

  private async split(
    { loss }: Compiled,
    data: TrainingData,
    options: FitOptions,
  ): Promise<{ train: Samples; validation?: Samples }> {
    const { validationSplit = 0, validationData } = options;
    const all = await checkSamples("fit", this.network, loss, data);
    if (validationData) {
      const validation = await checkSamples("validationData", this.network, loss, validationData);
      return { train: all, validation };
    }
    if (validationSplit === 0) return { train: all };
    const kept = Math.floor(all.length * (1 - validationSplit));
    if (kept === 0 || kept === all.length) {
      throw new OptionError({
        where: "fit",
        expected: "validationSplit to leave samples on both sides",
        received: `${validationSplit} of ${all.length} samples`,
      });
    }
    return { train: sliceSamples(all, 0, kept), validation: sliceSamples(all, kept, all.length) };
  }

  /**
   * Loss and metrics over all samples, each counted once.
   *
   * @example
   * const { loss, accuracy } = await model.evaluate(test);
   */
  async evaluate(data: TrainingData, options: EvaluateOptions = {}): Promise<EpochLogs> {
    checkOptions("evaluate", options, ["batchSize"]);
    const compiled = this.requireCompiled("evaluate");
    const samples = await checkSamples("evaluate", this.network, compiled.loss, data);
    const session = await this.open();
    const source = await session.open(samples);
    try {
      return await evaluateSamples(session, compiled, source, options.batchSize ?? 32);
    } finally {
      source.dispose();
    }
  }

  /**
   * What the network says: [N, …inputShape] → [N, …outputShape]. The same bits for a sample alone or in any batch.
   *
   * @throws ShapeError if the numbers do not divide into samples.
   * @example
   * const { data } = await model.predict(test.x.subarray(0, 784)); // probabilities of one digit
   */
  async predict(x: Numbers, options: EvaluateOptions = {}): Promise<Prediction> {
    checkOptions("predict", options, ["batchSize"]);
    const { batchSize = 32 } = options;
    const samples = await checkInputs("predict", this.network, x);
    const length = samples.length / sizeOf(this.inputShape);
    const session = await this.open();
    const size = sizeOf(this.outputShape);
    const data = new Float32Array(length * size);
    const xLength = sizeOf(this.inputShape);
    for (let from = 0; from < length; ) {
      const batch = Math.min(batchSize, length - from);
      const steps = Math.max(1, Math.min(Math.floor((length - from) / batch), Math.ceil(4096 / batch)));
      const { executable } = await session.prepare("predict", { batch, xType: typeOf(samples) });
      const to = from + steps * batch;
      const { outputs } = await executable.run({
        steps,
        inputs: { x: samples.slice(from * xLength, to * xLength) },
      });
      data.set(outputs.output, from * size);
      from = to;
    }
    return { data, shape: [length, ...this.outputShape] };
  }

  /**
   * One optimizer step on all the samples given.
   *
   * @returns loss and metrics of the step, before its update
   */
  async trainOnBatch(x: Numbers, y: Numbers): Promise<EpochLogs> {
    const compiled = this.requireCompiled("trainOnBatch");
    const samples = await checkSamples("trainOnBatch", this.network, compiled.loss, { x, y });
    const session = await this.open();
    const source = await session.open(samples);
    try {
      const rows = range(0, samples.length);
      const { steps, outputs } = await session.train(compiled, source, rows, samples.length, this.rate);
      const totals = new EpochTotals(compiled.metrics);
      totals.add(outputs, 1, samples.length);
      if (steps === 1) return totals.logs();
      throw new NotFiniteError({
        where: "trainOnBatch",
        expected: "a finite loss",
        received: String(outputs.loss[0]),
        hint: "The weights are those of before this step. Try a lower learning rate, and look at the inputs.",
      });
    } finally {
      source.dispose();
    }
  }

  /** All weights in the order of the layers. */
  async getWeights(): Promise<WeightArray[]> {
    return readWeights(this.network, await this.backendNow());
  }

  /** @throws ShapeError naming the weight that does not fit; nothing is changed then. */
  async setWeights(weights: readonly (WeightArray | Float32Array)[]): Promise<void> {
    await writeWeights(this.network, await this.backendNow(), weights);
  }

  /** SHA-256 of all weights as little-endian float32 in the order of `getWeights`. Equal bits, equal hash. */
  async weightsSha256(): Promise<string> {
    return hashWeights(await this.getWeights());
  }

  /** Layers with shapes, parameters, arithmetic and memory, as a table to print. */
  summary(): string {
    return summaryOf(this.network, []);
  }

  /**
   * The plan of a program as text: for each call its kernel, method, shapes, arithmetic and memory.
   *
   * @param options `program`: `"train"` if compiled, else `"predict"`; `batchSize`: default 32
   */
  async explainProgram(
    options: { program?: "train" | "evaluate" | "predict"; batchSize?: number } = {},
  ): Promise<string> {
    checkOptions("explainProgram", options, ["program", "batchSize"]);
    const { program = this.compiled ? "train" : "predict", batchSize = 32 } = options;
    const compiled = program === "predict" ? undefined : this.requireCompiled("explainProgram");
    const session = await this.open();
    const classes = compiled?.loss.labels === "classes";
    const labelShape = classes ? this.outputShape.slice(0, -1) : this.outputShape;
    const plan = session.plan(
      program,
      { batch: batchSize, xType: "uint8", yType: "uint8", labelShape },
      compiled,
    );
    return explainProgram(plan, `${program} · batch ${batchSize}`);
  }

  /** The architecture as JSON. @throws UsageError for a layer with options that only code can express. */
  toSpec(): ModelSpec {
    return specOf(this.network.layers);
  }

  /**
   * Writes architecture and weights to a safetensors file, whole or not at all.
   *
   * @throws FileError if it cannot be written; an old file stays as it was.
   */
  async save(path: string): Promise<void> {
    await writeFile(path, await this.serialize());
  }

  /** Architecture and weights as the bytes of a safetensors file. */
  async serialize(): Promise<Uint8Array> {
    const { writeModel } = await import("../formats/safetensors/model.ts");
    const { name, compiled } = this;
    const training = compiled && {
      optimizer: { name: compiled.optimizer.name, ...compiled.optimizer.options },
      loss: { name: compiled.loss.name, ...compiled.loss.options },
      metrics: compiled.metrics.map((metric) => metric.name),
    };
    return writeModel({ name, spec: this.toSpec(), training, weights: await this.getWeights() });
  }

  /** Gives back the memory of weights and programs. The model cannot be used afterwards. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    const session = await this.session;
    if (!session) return;
    await session.clear();
    session.backend.release(this.network.weights.map(({ state }) => state));
    if (this.compiled) session.backend.release([...this.compiled.slots.values()]);
  }
}
