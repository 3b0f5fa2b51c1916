import { DataError, OptionError } from "../core/errors.ts";
import { exp, log } from "../core/math.ts";
import { checkOptions } from "../core/names.ts";
import { createRandom, permutation } from "../core/random.ts";
import { LearningRates } from "./learning-rates.ts";
import type { Model } from "./model.ts";
import { type ArrayData, checkSamples } from "./samples.ts";

export interface LrFinderOptions {
  /** Rate of the first step. Default 1e-7. */
  startRate?: number;
  /** Rate of the last step. Default 10. */
  endRate?: number;
  /** Steps, at rates that grow by the same factor. Default 100. */
  steps?: number;
  /** Samples of one step. Default 32. */
  batchSize?: number;
  /** Ends as soon as the smoothed loss is so many times the lowest one. Default 4. */
  stopFactor?: number;
}

export interface LearningRateCurve {
  /** Rate of every step that was taken. */
  readonly rates: readonly number[];
  /** Loss of each step, before its update. */
  readonly losses: readonly number[];
  /** The losses, each averaged with those before it. */
  readonly smoothedLosses: readonly number[];
  /** Rates to choose from. `undefined` if too few steps were taken to tell. */
  readonly suggestions:
    | {
        /** Two thirds down the longest slope: the one to take, as a rule. */
        readonly valley: number;
        /** Where the loss falls fastest. */
        readonly steep: number;
        /** A tenth of the rate with the lowest loss. */
        readonly minimum: number;
      }
    | undefined;
}

const known = ["startRate", "endRate", "steps", "batchSize", "stopFactor"];

/** @throws OptionError if a number makes no sense. */
function checkRange({ startRate, endRate, steps, batchSize, stopFactor }: Required<LrFinderOptions>): void {
  const require = (holds: boolean, expected: string, received: number): void => {
    if (!holds) throw new OptionError({ where: "lrFinder", expected, received: String(received) });
  };
  require(startRate > 0 && startRate < Infinity, "startRate to be a positive number", startRate);
  require(endRate > startRate && endRate < Infinity, `endRate to be above ${startRate}`, endRate);
  require(Number.isInteger(steps) && steps >= 2, "steps to be a whole number ≥ 2", steps);
  require(Number.isInteger(batchSize) && batchSize >= 1, "batchSize to be a whole number ≥ 1", batchSize);
  require(stopFactor > 1, "stopFactor to be above 1", stopFactor);
}

/**
 * Takes steps with larger and larger learning rates and looks at what the loss does; afterwards the model is as it was,
 * to the bit: weights, statistics, what the optimizer keeps, learning rate and step.
 *
 * The samples are taken in an order that the model's seed gives, again from the start if they run out. Not while `fit`
 * is going on.
 *
 * @throws UsageError before `compile`.
 * @throws OptionError if a number makes no sense.
 * @see Smith 2015, "Cyclical learning rates for training neural networks"
 * @see https://docs.fast.ai/callback.schedule.html for the suggestions
 * @example
 * const { suggestions } = await lrFinder(model, train, { steps: 40, startRate: 1e-5 });
 * if (suggestions) model.learningRate = suggestions.valley;
 */
export async function lrFinder(
  model: Model,
  data: ArrayData,
  options: LrFinderOptions = {},
): Promise<LearningRateCurve> {
  checkOptions("lrFinder", options, known);
  const range = { startRate: 1e-7, endRate: 10, steps: 100, batchSize: 32, stopFactor: 4, ...options };
  checkRange(range);
  const compiled = await model.requireCompiled("lrFinder");
  const { network, session } = await model.parts();
  const samples = await checkSamples("lrFinder", network, compiled.outputs, data);
  if (samples.length === 0) throw new DataError({ where: "lrFinder", expected: "samples", received: "none" });
  const batch = Math.min(range.batchSize, samples.length);
  await session.program("train", session.batchShape(samples, batch), compiled);
  const states = [...network.weights.map(({ state }) => state), ...compiled.slots.values()];
  const before = await Promise.all(states.map((state) => session.backend.readState(state)));
  const { step } = session;
  const source = await session.open(samples);
  const order = permutation(samples.length, createRandom(session.seed, "lrFinder"));
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothedLosses: number[] = [];
  try {
    let average = 0;
    let forgotten = 1;
    let lowest = Infinity;
    for (let i = 0; i < range.steps; i++) {
      const share = i / (range.steps - 1);
      const rate = exp(log(range.startRate) * (1 - share) + log(range.endRate) * share);
      const rows = Uint32Array.from({ length: batch }, (_, j) => order[(i * batch + j) % order.length]);
      const { outputs, steps } = await session.train(
        compiled,
        source,
        rows,
        batch,
        new LearningRates([rate]),
      );
      if (steps === 0) break;
      const loss = outputs.loss[0];
      average = 0.98 * average + 0.02 * loss;
      forgotten *= 0.98;
      const smoothed = average / (1 - forgotten);
      rates.push(rate);
      losses.push(loss);
      smoothedLosses.push(smoothed);
      lowest = Math.min(lowest, smoothed);
      if (smoothed > range.stopFactor * lowest) break;
    }
  } finally {
    source.dispose();
    await Promise.all(states.map((state, i) => session.backend.writeState(state, before[i])));
    session.step = step;
  }
  return { rates, losses, smoothedLosses, suggestions: suggest(rates, smoothedLosses, range.steps) };
}

/** As fastai: without the first tenth of the steps and the last five. */
function suggest(
  allRates: readonly number[],
  allLosses: readonly number[],
  steps: number,
): LearningRateCurve["suggestions"] {
  const from = Math.floor(steps / 10);
  const rates = allRates.slice(from, -5);
  const losses = allLosses.slice(from, -5);
  if (rates.length < 3) return undefined;
  const slopes = losses.slice(1).map((loss, i) => (loss - losses[i]) / (log(rates[i + 1]) - log(rates[i])));
  const lowestAt = (numbers: readonly number[]): number => numbers.indexOf(Math.min(...numbers));
  return {
    valley: rates[valleyOf(losses)],
    steep: rates[lowestAt(slopes)],
    minimum: rates[lowestAt(losses)] / 10,
  };
}

/** Two thirds along the longest run of losses each of which is below those before it, others in between left out. */
function valleyOf(losses: readonly number[]): number {
  const lengths = losses.map(() => 1);
  let end = 0;
  for (const [i, loss] of losses.entries()) {
    for (let j = 0; j < i; j++) if (loss < losses[j]) lengths[i] = Math.max(lengths[i], lengths[j] + 1);
    if (lengths[i] > lengths[end]) end = i;
  }
  const start = Math.max(0, end - lengths[end]);
  const third = (end - start) / 3;
  return start + Math.floor(third) + Math.floor(third / 2);
}
