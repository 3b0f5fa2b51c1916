import { NotFiniteError } from "../core/errors.ts";
import type { SavedRun } from "../formats/safetensors/checkpoint.ts";
import { type Callback, inOrder, type RunControl } from "./callback.ts";
import type { EpochData, EvaluationData } from "./epoch-data.ts";
import type { FitOptions } from "./fit-options.ts";
import { type EpochLogs, type History, historyOf, type StopReason } from "./history.ts";
import type { TrainEvent } from "./run.ts";
import type { SavedTotals } from "./saved-totals.ts";
import type { EpochTotals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";

/** Steps are handed to the backend together, about this much work at a time: progress and aborting wait for no more. */
const runMs = 40;

export interface FitContext {
  readonly trainer: Trainer;
  readonly train: EpochData;
  readonly validation: EvaluationData | undefined;
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
    const prepared = train.prepare(trainer);
    /* Awaited below; if the samples cannot be opened, that is the error to show. */
    prepared.catch(() => {});
    await train.open(trainer.runner);
    await validation?.open(trainer.runner);
    let stopReason: StopReason = "completed";
    try {
      await prepared;
      for (const callback of this.callbacks) await callback.onTrainBegin?.(this.control);
      this.restored?.();
      this.hasBegun = true;
      while (this.epoch < epochs && !signal?.aborted && !this.isStopped) {
        const isWhole = await this.runEpoch();
        if (!isWhole) break;
      }
      if (signal?.aborted) stopReason = "aborted";
      else if (this.isStopped) stopReason = "stopped";
    } finally {
      train.dispose();
      validation?.dispose();
    }
    const history = historyOf(this.epochs, this.logs, stopReason);
    for (const callback of this.callbacks) await callback.onTrainEnd?.(history, this.control);
    return history;
  }

  /** Returns whether the epoch was ended and not broken off. */
  private async runEpoch(): Promise<boolean> {
    const { trainer, validation, options, report } = this.context;
    const { epoch } = this;
    if (this.epochStep === 0) {
      for (const callback of this.callbacks) await callback.onEpochBegin?.(epoch, this.control);
    }
    const { seconds, imagesPerSecond, isWhole } = await this.takeSteps();
    if (!isWhole && options.signal?.aborted) return false;
    const measured =
      validation && (await trainer.evaluate(validation.pieces(this.batchSize), this.batchSize));
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

  private async takeSteps() {
    const { trainer, train, options, report } = this.context;
    const { signal } = options;
    const { epoch, totals } = this;
    const reader = train.epoch(epoch, this.epochStep);
    let { steps } = train;
    let images = 0;
    let lastFinite = Number.NaN;
    let elapsedMs = 0;
    let perRun = 1;
    while (this.epochStep < steps && !signal?.aborted && !this.isStopped) {
      const step = this.epochStep;
      const begin = performance.now();
      const next = await reader.next(step, Math.min(perRun, this.untilCallback(step), steps - step));
      if (!next) {
        steps = step;
        break;
      }
      steps = train.steps;
      const { source, rows, batch } = next;
      const count = rows.length / batch;
      const result = await trainer.train(source, rows, batch);
      const ms = performance.now() - begin;
      elapsedMs += ms;
      const losses = result.outputs.loss;
      totals.add(result.outputs, result.steps, batch);
      if (result.steps > 0) lastFinite = losses[result.steps - 1];
      this.epochStep += result.steps;
      images += result.steps * batch;
      if (result.steps < count) {
        await this.giveUp(notFinite(epoch, this.epochStep, losses[result.steps], lastFinite));
        break;
      }
      if (batch === this.batchSize) {
        perRun = Math.max(1, Math.min(2 * perRun, Math.round((count * runMs) / ms)));
      }
      const means = totals.soFar();
      const imagesPerSecond = (images / elapsedMs) * 1000;
      report({ type: "progress", epoch, step: this.epochStep, steps, logs: means, imagesPerSecond });
      for (const callback of this.callbacks) {
        if (this.epochStep % (callback.batchInterval ?? 1) !== 0 && this.epochStep < steps) continue;
        await callback.onBatchEnd?.(this.epochStep - 1, means, this.control);
      }
    }
    return {
      seconds: elapsedMs / 1000,
      imagesPerSecond: elapsedMs === 0 ? 0 : (images / elapsedMs) * 1000,
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
    return { samples: train.length ?? 0, batchSize: this.batchSize, shuffle, seed: trainer.runner.seed };
  }

  private async checkpoint(): Promise<Uint8Array> {
    const { saveTotals, writeRun } = await import("./run-state.ts");
    const { epoch, epochStep, epochs, logs } = this;
    const place = { epoch, epochStep, epochs, logs, totals: saveTotals(this.totals) };
    return writeRun(this.context.trainer, this.callbacks, this.saved(), place);
  }

  private async restore(bytes: Uint8Array, where: string): Promise<void> {
    const { trainer } = this.context;
    const { readRun, restoreTotals } = await import("./run-state.ts");
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
    restoreTotals(this.totals, place.totals as SavedTotals);
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
