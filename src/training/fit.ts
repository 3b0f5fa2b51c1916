import { NotFiniteError, OptionError } from "../core/errors.ts";
import { createRandom, permutation } from "../core/random.ts";
import type { Callback, RunControl } from "./callback.ts";
import type { ClassWeight } from "./class-weights.ts";
import { evaluateSamples, range } from "./evaluate.ts";
import { type EpochLogs, type History, historyOf, type StopReason } from "./history.ts";
import type { Compiled } from "./programs.ts";
import type { TrainEvent } from "./run.ts";
import type { Samples, TrainingData } from "./samples.ts";
import type { SampleSource, Session } from "./session.ts";
import { EpochTotals } from "./totals.ts";

export interface FitOptions {
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Samples of one step. Default 32. */
  batchSize?: number;
  /** New order for every epoch, from the model's seed. Default true. */
  shuffle?: boolean;
  /** Share of the samples, taken from the end before shuffling, that is measured after every epoch but not trained on. Default 0. */
  validationSplit?: number;
  /** Measured after every epoch. */
  validationData?: TrainingData;
  /** How much samples of each class count in training: `{ 0: 1, 1: 5 }`, or `"balanced"`. */
  classWeight?: ClassWeight;
  callbacks?: readonly Callback[];
  /** Number of the first epoch, to go on where an earlier run ended; `epochs` counts from 0. Default 0. */
  initialEpoch?: number;
  /** Ends the run after the step that is under way; the weights are kept. */
  signal?: AbortSignal;
  /** Steps of each epoch, if not the whole data. */
  stepsPerEpoch?: number;
}

export const fitOptions = [
  "epochs",
  "batchSize",
  "shuffle",
  "validationSplit",
  "validationData",
  "classWeight",
  "callbacks",
  "initialEpoch",
  "signal",
  "stepsPerEpoch",
];

/** Steps are handed to the backend together, about this much work at a time: progress and aborting wait for no more. */
const runMs = 40;

interface FitContext {
  readonly session: Session;
  readonly compiled: Compiled;
  readonly control: RunControl;
  readonly train: Samples;
  readonly validation: Samples | undefined;
  readonly options: FitOptions;
  readonly report: (event: TrainEvent) => void;
  readonly learningRate: () => number;
  readonly isStopped: () => boolean;
}

/** @throws OptionError if a number makes no sense. */
export function checkFitOptions({
  epochs = 1,
  batchSize = 32,
  validationSplit = 0,
  initialEpoch = 0,
  stepsPerEpoch = 1,
}: FitOptions): void {
  const require = (holds: boolean, expected: string, received: number): void => {
    if (!holds) throw new OptionError({ where: "fit", expected, received: String(received) });
  };
  require(Number.isInteger(epochs) && epochs >= 0, "epochs to be a whole number ≥ 0", epochs);
  require(Number.isInteger(batchSize) && batchSize >= 1, "batchSize to be a whole number ≥ 1", batchSize);
  require(Number.isInteger(initialEpoch) &&
    initialEpoch >= 0, "initialEpoch to be a whole number ≥ 0", initialEpoch);
  require(Number.isInteger(stepsPerEpoch) &&
    stepsPerEpoch >= 1, "stepsPerEpoch to be a whole number ≥ 1", stepsPerEpoch);
  require(validationSplit >= 0 &&
    validationSplit < 1, "validationSplit at least 0 and below 1", validationSplit);
}

/** Trains epoch by epoch. */
export async function fitSamples(context: FitContext): Promise<History> {
  const { session, compiled, control, train, validation, options, report, isStopped } = context;
  const { epochs = 1, batchSize = 32, callbacks = [], initialEpoch = 0, signal } = options;
  const prepared = prepareBatches(context, batchSize);
  /* Awaited below; if the samples cannot be opened, that is the error to show. */
  prepared.catch(() => {});
  const source = await session.open(train);
  const validationSource = validation && (await session.open(validation));
  const done: number[] = [];
  const logs: EpochLogs[] = [];
  let stopReason: StopReason = "completed";
  try {
    await prepared;
    for (const callback of callbacks) await callback.onTrainBegin?.(control);
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      if (signal?.aborted) break;
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch, control);
      const { means, seconds, imagesPerSecond, isWhole } = await trainEpoch(context, source, epoch);
      if (!isWhole && signal?.aborted) break;
      const measured =
        validationSource && (await evaluateSamples(session, compiled, validationSource, batchSize));
      const epochLogs = { ...means, ...withPrefix(measured) };
      done.push(epoch);
      logs.push(epochLogs);
      report({ type: "epochEnd", epoch, logs: epochLogs, seconds, imagesPerSecond });
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, epochLogs, control);
      if (isStopped()) break;
    }
    if (signal?.aborted) stopReason = "aborted";
    else if (isStopped()) stopReason = "stopped";
  } finally {
    source.dispose();
    validationSource?.dispose();
  }
  const history = historyOf(done, logs, stopReason);
  for (const callback of callbacks) await callback.onTrainEnd?.(history, control);
  return history;
}

/** Steps of one epoch: whole batches, then what is left. */
function stepsOf({ train, options }: FitContext): { whole: number; rest: number } {
  const { batchSize = 32, stepsPerEpoch } = options;
  const whole = Math.floor(train.length / batchSize);
  if (stepsPerEpoch !== undefined && stepsPerEpoch <= whole) return { whole: stepsPerEpoch, rest: 0 };
  return { whole, rest: train.length - whole * batchSize };
}

/** Plans every batch size before the first step, so that nothing stops for it later. */
async function prepareBatches(context: FitContext, batchSize: number): Promise<void> {
  const { session, compiled, train } = context;
  const { whole, rest } = stepsOf(context);
  for (const [steps, batch] of [
    [whole, batchSize],
    [rest, rest],
  ] as const) {
    if (steps > 0) await session.prepare("train", session.batchShape(train, batch), compiled);
  }
}

async function trainEpoch(context: FitContext, source: SampleSource, epoch: number) {
  const { session, compiled, control, train, options, report, learningRate, isStopped } = context;
  const { batchSize = 32, shuffle = true, callbacks = [], signal } = options;
  const { whole, rest } = stepsOf(context);
  const steps = whole + (rest > 0 ? 1 : 0);
  const order = shuffle
    ? permutation(train.length, createRandom(session.seed, `shuffle/${epoch}`))
    : range(0, train.length);
  const oneByOne = callbacks.some((callback) => callback.onBatchEnd);
  const totals = new EpochTotals(compiled.outputs);
  let lastFinite = Number.NaN;
  let elapsedMs = 0;
  let perRun = 1;
  let step = 0;
  while (step < steps && !signal?.aborted && !isStopped()) {
    const isRest = step === whole;
    const batch = isRest ? rest : batchSize;
    const count = isRest ? 1 : Math.min(whole - step, perRun);
    const rows = order.subarray(step * batchSize, step * batchSize + count * batch);
    const begin = performance.now();
    const result = await session.train(compiled, source, rows, batch, learningRate());
    const ms = performance.now() - begin;
    elapsedMs += ms;
    const losses = result.outputs.loss;
    totals.add(result.outputs, result.steps, batch);
    if (result.steps > 0) lastFinite = losses[result.steps - 1];
    if (result.steps < count) throw notFinite(epoch, step + result.steps, losses[result.steps], lastFinite);
    step += count;
    if (!oneByOne && !isRest) perRun = Math.max(1, Math.min(2 * perRun, Math.round((count * runMs) / ms)));
    const means = totals.soFar();
    const imagesPerSecond = (Math.min(step * batchSize, train.length) / elapsedMs) * 1000;
    report({ type: "progress", epoch, step, steps, logs: means, imagesPerSecond });
    for (const callback of callbacks) await callback.onBatchEnd?.(step - 1, means, control);
  }
  const images = Math.min(step * batchSize, train.length);
  return {
    means: totals.logs(),
    seconds: elapsedMs / 1000,
    imagesPerSecond: (images / elapsedMs) * 1000,
    isWhole: step === steps,
  };
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
