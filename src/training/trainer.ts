import type { RunResult } from "../backends/contract.ts";
import type { SavedModel } from "../formats/saved-model.ts";
import type { State } from "../graph/graph.ts";
import type { ExtendedOptimizer } from "../optimizers/optimizer.ts";
import type { TrainedModel } from "./callback.ts";
import type { EpochLogs } from "./history.ts";
import type { Samples } from "./inputs.ts";
import type { LearningRates } from "./learning-rates.ts";
import type { SampleSource, StepRunner } from "./step-runner.ts";
import type { EpochTotals } from "./totals.ts";

/** What `fit` goes through the samples with: it takes steps, whatever they are. */
export interface Trainer {
  /** What is trained, as callbacks see it. */
  readonly model: TrainedModel;
  /** Holds the samples, and knows the seed and the steps taken so far. */
  readonly runner: StepRunner;
  readonly rates: LearningRates;
  readonly optimizers: readonly ExtendedOptimizer[];
  /** Sums of an epoch, none yet. */
  totals(): EpochTotals;
  /** Plans a step of that many samples. */
  prepare(samples: Samples, batch: number): Promise<unknown>;
  /** Takes a step for each `batch` of `rows`; fewer if a loss is not finite. */
  train(source: SampleSource, rows: Uint32Array, batch: number): Promise<RunResult>;
  evaluate(
    pieces: Iterable<SampleSource> | AsyncIterable<SampleSource>,
    batchSize: number,
  ): Promise<EpochLogs>;
  /** All weights by path, statistics too. */
  weights(): ReadonlyMap<string, State>;
  /** What optimizers keep, by path; complete once a step is planned. */
  slots(): ReadonlyMap<string, State>;
  /** The model and its weights, as files hold them. */
  savedModel(): Promise<SavedModel>;
}
