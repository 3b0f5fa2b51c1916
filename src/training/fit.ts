import { NotFiniteError } from "../core/errors.ts";
import { createRandom, permutation } from "../core/random.ts";
import type { SavedRun } from "../formats/safetensors/checkpoint.ts";
import { type Callback, inOrder, type RunControl } from "./callback.ts";
import { range } from "./evaluate.ts";
import type { FitOptions } from "./fit-options.ts";
import { type EpochLogs, type History, historyOf, type StopReason } from "./history.ts";
import type { Samples } from "./inputs.ts";
import type { TrainEvent } from "./run.ts";
import type { SampleSource } from "./step-runner.ts";
import type { EpochTotals, SavedTotals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";

/** Steps are handed to the backend together, about this much work at a time: progress and aborting wait for no more. */
const runMs = 40;

export interface FitContext {
  readonly trainer: Trainer;
  readonly train: Samples;
  readonly validation: Samples | undefined;
  readonly options: FitOptions;
  readonly report: (event: TrainEvent) => void;
}

/** One call of `fit`: where it is, and what it has seen. */
export class Fit {
  private readonly context: FitContext;
  private readonly callbacks: readonly Callback[];
  private readonly control: RunControl;
  private readonly batchSize: number;
  private isStopped = false;
  private hasBegun = false;
  private epoch: number;
  private epochStep = 0;
  private totals: EpochTotals;
  /** States of callbacks that were read from a checkpoint; they get them when all have begun. */
  private restored: (() => void) | undefined;
  private epochs: number[] = [];
  private logs: EpochLogs[] = [];

  constructor(context: FitContext) {
    const { callbacks = [], batchSize = 32, initialEpoch = 0 } = context.options;
    this.context = context;
    this.callbacks = inOrder(callbacks);
    this.batchSize = batchSize;
    this.epoch = initialEpoch;
    this.totals = context.trainer.totals();
    this.control = {
      model: context.trainer.model,
      stop: () => {
        this.isStopped = true;
      },
      checkpoint: () => this.checkpoint(),
      restore: (bytes, where = "checkpoint") => this.restore(bytes, where),
    };
  }

  /** Trains epoch by epoch. */
  async run(): Promise<History> {
    const { trainer, train, validation, options } = this.context;
    const { epochs = 1, signal } = options;
    const prepared = this.prepareBatches();
    /* Awaited below; if the samples cannot be opened, that is the error to show. */
    prepared.catch(() => {});
    const source = await trainer.runner.open(train);
    const validationSource = validation && (await trainer.runner.open(validation));
    let stopReason: StopReason = "completed";
    try {
      await prepared;
      for (const callback of this.callbacks) await callback.onTrainBegin?.(this.control);
      this.restored?.();
      this.hasBegun = true;
      while (this.epoch < epochs && !signal?.aborted && !this.isStopped) {
        const isWhole = await this.runEpoch(source, validationSource);
        if (!isWhole) break;
      }
      if (signal?.aborted) stopReason = "aborted";
      else if (this.isStopped) stopReason = "stopped";
    } finally {
      source.dispose();
      validationSource?.dispose();
    }
    const history = historyOf(this.epochs, this.logs, stopReason);
    for (const callback of this.callbacks) await callback.onTrainEnd?.(history, this.control);
    return history;
  }

  /** Whole batches of an epoch, then what is left. */
  private steps(): { whole: number; rest: number } {
    const { train, options } = this.context;
    const { stepsPerEpoch } = options;
    const whole = Math.floor(train.length / this.batchSize);
    if (stepsPerEpoch !== undefined && stepsPerEpoch <= whole) return { whole: stepsPerEpoch, rest: 0 };
    return { whole, rest: train.length - whole * this.batchSize };
  }

  /** Plans every batch size before the first step, so that nothing stops for it later. */
  private async prepareBatches(): Promise<void> {
    const { trainer, train } = this.context;
    const { whole, rest } = this.steps();
    if (whole > 0) await trainer.prepare(train, this.batchSize);
    if (rest > 0) await trainer.prepare(train, rest);
  }

  /** Returns whether the epoch was ended and not broken off. */
  private async runEpoch(source: SampleSource, validation: SampleSource | undefined): Promise<boolean> {
    const { trainer, options, report } = this.context;
    const { epoch } = this;
    if (this.epochStep === 0) {
      for (const callback of this.callbacks) await callback.onEpochBegin?.(epoch, this.control);
    }
    const { seconds, imagesPerSecond, isWhole } = await this.takeSteps(source);
    if (!isWhole && options.signal?.aborted) return false;
    const measured = validation && (await trainer.evaluate(validation, this.batchSize));
    const logs = { ...this.totals.logs(), ...withPrefix(measured) };
    this.epochs.push(epoch);
    this.logs.push(logs);
    this.epoch++;
    this.epochStep = 0;
    this.totals = trainer.totals();
    report({ type: "epochEnd", epoch, logs, seconds, imagesPerSecond });
    for (const callback of this.callbacks) await callback.onEpochEnd?.(epoch, logs, this.control);
    return true;
  }

  private async takeSteps(source: SampleSource) {
    const { trainer, train, options, report } = this.context;
    const { shuffle = true, signal } = options;
    const { batchSize, epoch, totals } = this;
    const { whole, rest } = this.steps();
    const steps = whole + (rest > 0 ? 1 : 0);
    const order = shuffle
      ? permutation(train.length, createRandom(trainer.runner.seed, `shuffle/${epoch}`))
      : range(0, train.length);
    const first = this.epochStep;
    const images = (): number =>
      Math.min(this.epochStep * batchSize, train.length) - Math.min(first * batchSize, train.length);
    let lastFinite = Number.NaN;
    let elapsedMs = 0;
    let perRun = 1;
    while (this.epochStep < steps && !signal?.aborted && !this.isStopped) {
      const step = this.epochStep;
      const isRest = step === whole;
      const batch = isRest ? rest : batchSize;
      const count = isRest ? 1 : Math.min(whole - step, perRun, this.untilCallback(step));
      const rows = order.subarray(step * batchSize, step * batchSize + count * batch);
      const begin = performance.now();
      const result = await trainer.train(source, rows, batch);
      const ms = performance.now() - begin;
      elapsedMs += ms;
      const losses = result.outputs.loss;
      totals.add(result.outputs, result.steps, batch);
      if (result.steps > 0) lastFinite = losses[result.steps - 1];
      this.epochStep += result.steps;
      if (result.steps < count) {
        await this.giveUp(notFinite(epoch, this.epochStep, losses[result.steps], lastFinite));
        break;
      }
      if (!isRest) perRun = Math.max(1, Math.min(2 * perRun, Math.round((count * runMs) / ms)));
      const means = totals.soFar();
      const imagesPerSecond = (images() / elapsedMs) * 1000;
      report({ type: "progress", epoch, step: this.epochStep, steps, logs: means, imagesPerSecond });
      for (const callback of this.callbacks) {
        if (this.epochStep % (callback.batchInterval ?? 1) !== 0 && this.epochStep < steps) continue;
        await callback.onBatchEnd?.(this.epochStep - 1, means, this.control);
      }
    }
    return {
      seconds: elapsedMs / 1000,
      imagesPerSecond: elapsedMs === 0 ? 0 : (images() / elapsedMs) * 1000,
      isWhole: this.epochStep === steps,
    };
  }

  /** Steps until the next one after which a callback wants to be called. */
  private untilCallback(step: number): number {
    const waiting = this.callbacks.filter(({ onBatchEnd }) => onBatchEnd);
    return Math.min(
      ...waiting.map(({ batchInterval = 1 }) => batchInterval - (step % batchInterval)),
      Number.POSITIVE_INFINITY,
    );
  }

  /** @throws the error, unless a callback takes care of it */
  private async giveUp(error: NotFiniteError): Promise<void> {
    const caring = this.callbacks.filter(({ onNotFinite }) => onNotFinite);
    if (caring.length === 0) throw error;
    for (const callback of caring) await callback.onNotFinite?.(error, this.control);
    this.isStopped = true;
  }

  private saved(): SavedRun {
    const { trainer, train, options } = this.context;
    const { shuffle = true } = options;
    return { samples: train.length, batchSize: this.batchSize, shuffle, seed: trainer.runner.seed };
  }

  private async checkpoint(): Promise<Uint8Array> {
    const { writeRun } = await import("./run-state.ts");
    const { epoch, epochStep, epochs, logs } = this;
    const place = { epoch, epochStep, epochs, logs, totals: this.totals.save() };
    return writeRun(this.context.trainer, this.callbacks, this.saved(), place);
  }

  private async restore(bytes: Uint8Array, where: string): Promise<void> {
    const { trainer } = this.context;
    const { readRun } = await import("./run-state.ts");
    const { place, restoreCallbacks } = await readRun(
      where,
      bytes,
      trainer,
      this.callbacks,
      this.saved(),
      this.hasBegun,
    );
    this.epoch = place.epoch;
    this.epochStep = place.epochStep;
    this.totals = trainer.totals();
    this.totals.restore(place.totals as SavedTotals);
    this.epochs = [...place.epochs];
    this.logs = [...place.logs];
    this.restored = restoreCallbacks;
  }
}

function notFinite(epoch: number, step: number, loss: number, lastFinite: number): NotFiniteError {
  return new NotFiniteError({
    where: `epoch ${epoch + 1}, step ${step + 1}`,
    expected: "a finite loss",
    received: `${loss} (the last finite one was ${Number.isNaN(lastFinite) ? "none" : lastFinite.toPrecision(4)})`,
    hint: "The weights are those of before this step. Try a lower learning rate, and look at the inputs.",
  });
}

/** `loss` → `valLoss`. */
function withPrefix(logs: EpochLogs | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(logs ?? {}).map(([name, value]) => [`val${name[0].toUpperCase()}${name.slice(1)}`, value]),
  );
}
