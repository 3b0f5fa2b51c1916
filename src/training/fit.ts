import { type Callback, inOrder, type RunControl } from "./callback.ts";
import type { EvaluationData } from "./epoch-data.ts";
import type { FitContext, FitPlace } from "./fit-place.ts";
import { type EpochLogs, type History, historyOf, type StopReason } from "./history.ts";
import type { EpochTotals } from "./totals.ts";

/** Steps are handed to the backend together, about this much work at a time: progress and aborting wait for no more. */
const runMs = 40;

/** One call of `fit`: where it is, and what it has seen. */
export class Fit implements FitPlace {
  readonly context: FitContext;
  readonly callbacks: readonly Callback[];
  readonly batchSize: number;
  hasBegun = false;
  epoch: number;
  epochStep = 0;
  totals: EpochTotals;
  epochs: number[] = [];
  logs: EpochLogs[] = [];
  isAveraged = false;
  restored: (() => void) | undefined;
  private readonly control: RunControl;
  private isStopped = false;

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
      swapAverages: async () => (await import("./run-state.ts")).swapAverages(this),
      checkpoint: async () => (await import("./run-state.ts")).writeRun(this),
      restore: async (bytes, where = "checkpoint") =>
        (await import("./run-state.ts")).readRun(this, bytes, where),
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
      await this.tell((callback) => callback.onTrainBegin?.(this.control));
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
    if (stopReason !== "aborted") await this.keepAverages();
    const history = historyOf(this.epochs, this.logs, stopReason);
    await this.tell((callback) => callback.onTrainEnd?.(history, this.control));
    return history;
  }

  /** Returns whether the epoch was ended and not broken off. */
  private async runEpoch(): Promise<boolean> {
    const { trainer, validation, options, report } = this.context;
    const { epoch } = this;
    if (this.epochStep === 0) {
      await this.tell((callback) => callback.onEpochBegin?.(epoch, this.control));
    }
    const { seconds, imagesPerSecond, isWhole } = await this.takeSteps();
    if (!isWhole && options.signal?.aborted) return false;
    const measured = validation && (await this.measure(validation));
    const rate = trainer.rates.isScheduled ? { learningRate: trainer.model.learningRate } : {};
    const logs = { ...this.totals.logs(), ...withPrefix(measured), ...rate };
    this.epochs.push(epoch);
    this.logs.push(logs);
    this.epoch++;
    this.epochStep = 0;
    this.totals = trainer.totals();
    report({ type: "epochEnd", epoch, logs, seconds, imagesPerSecond });
    await this.tell((callback) => callback.onEpochEnd?.(epoch, logs, this.control));
    return true;
  }

  /** Calls a hook of every callback, one after another. */
  private async tell(hook: (callback: Callback) => void | Promise<void> | undefined): Promise<void> {
    for (const callback of this.callbacks) await hook(callback);
  }

  private async measure(validation: EvaluationData): Promise<EpochLogs> {
    await this.tell((callback) => callback.onTestBegin?.(this.control));
    const logs = await this.context.trainer.evaluate(validation.pieces(this.batchSize), this.batchSize);
    await this.tell((callback) => callback.onTestEnd?.(logs, this.control));
    return logs;
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
        await this.giveUp(losses[result.steps], lastFinite);
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
  private async giveUp(loss: number, lastFinite: number): Promise<void> {
    const { notFinite } = await import("./not-finite.ts");
    const error = notFinite(`epoch ${this.epoch + 1}, step ${this.epochStep + 1}`, loss, lastFinite);
    if (!this.callbacks.some(({ onNotFinite }) => onNotFinite)) throw error;
    await this.tell((callback) => callback.onNotFinite?.(error, this.control));
    this.isStopped = true;
  }

  /** A run ends with the averages of the weights where an optimizer keeps them. */
  private async keepAverages(): Promise<void> {
    const { runner, optimizers } = this.context.trainer;
    if (runner.step > 0 && optimizers.some(({ averages }) => averages))
      await (await import("./run-state.ts")).keepAverages(this);
  }
}

/** `loss` → `valLoss`. */
function withPrefix(logs: EpochLogs | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(logs ?? {}).map(([name, value]) => [`val${name[0].toUpperCase()}${name.slice(1)}`, value]),
  );
}
