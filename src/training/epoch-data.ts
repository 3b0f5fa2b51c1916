import { createRandom, permutation } from "../core/random.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Samples } from "./inputs.ts";
import { range } from "./sample-array.ts";
import type { SampleSource, StepRunner } from "./step-runner.ts";
import type { Trainer } from "./trainer.ts";

/** What the next steps are taken on: whole batches of a source. */
export interface StepRows {
  readonly source: SampleSource;
  readonly rows: Uint32Array;
  /** Samples of one step. */
  readonly batch: number;
}

/** The steps of one epoch, one after another. */
export interface EpochReader {
  /** @param step number of the next step in its epoch; @param most steps at once; @returns nothing after the last one */
  next(step: number, most: number): Promise<StepRows | undefined>;
}

/** What is measured, once or several times. */
export interface EvaluationData {
  open(runner: StepRunner): Promise<void>;
  /** All samples, in pieces that fit into memory. */
  pieces(batchSize: number): Iterable<SampleSource> | AsyncIterable<SampleSource>;
  dispose(): void;
}

/** What `fit` goes through, epoch by epoch. */
export interface EpochData {
  /** Samples of an epoch; missing as long as nobody knows. */
  readonly length: number | undefined;
  /** Steps of an epoch, `Infinity` as long as nobody knows; an epoch may turn out to have fewer. */
  readonly steps: number;
  open(runner: StepRunner): Promise<void>;
  /** Plans every batch size before the first step, so that nothing stops for it later. */
  prepare(trainer: Trainer): Promise<void>;
  /** @param firstStep the first step that is still to be taken */
  epoch(epoch: number, firstStep: number): EpochReader;
  dispose(): void;
}

/** Samples in memory. */
export class MeasuredSamples implements EvaluationData {
  protected readonly samples: Samples;
  protected source: SampleSource | undefined;

  constructor(samples: Samples) {
    this.samples = samples;
  }

  async open(runner: StepRunner): Promise<void> {
    this.source = await runner.open(this.samples);
  }

  pieces(): Iterable<SampleSource> {
    return this.source ? [this.source] : [];
  }

  dispose(): void {
    this.source?.dispose();
  }
}

/** Samples in memory, in a new order for every epoch. */
export class TrainingSamples extends MeasuredSamples implements EpochData {
  private readonly batchSize: number;
  private readonly isShuffled: boolean;
  private readonly seed: number;
  /** Whole batches of an epoch, and what is left. */
  private readonly whole: number;
  private readonly rest: number;

  constructor(samples: Samples, { batchSize = 32, shuffle = true, stepsPerEpoch }: FitOptions, seed: number) {
    super(samples);
    this.batchSize = batchSize;
    this.isShuffled = shuffle;
    this.seed = seed;
    const whole = Math.floor(samples.length / batchSize);
    const isCut = stepsPerEpoch !== undefined && stepsPerEpoch <= whole;
    this.whole = isCut ? stepsPerEpoch : whole;
    this.rest = isCut ? 0 : samples.length - whole * batchSize;
  }

  get length(): number {
    return this.samples.length;
  }

  get steps(): number {
    return this.whole + (this.rest > 0 ? 1 : 0);
  }

  async prepare(trainer: Trainer): Promise<void> {
    if (this.whole > 0) await trainer.prepare(this.samples, this.batchSize);
    if (this.rest > 0) await trainer.prepare(this.samples, this.rest);
  }

  epoch(epoch: number): EpochReader {
    const { batchSize, whole, rest, source, length } = this;
    const order = this.isShuffled
      ? permutation(length, createRandom(this.seed, `shuffle/${epoch}`))
      : range(0, length);
    return {
      async next(step, most) {
        if (!source) return undefined;
        const batch = step === whole ? rest : batchSize;
        const count = step === whole ? 1 : Math.min(whole - step, most);
        const from = step * batchSize;
        return { source, rows: order.subarray(from, from + count * batch), batch };
      },
    };
  }
}
