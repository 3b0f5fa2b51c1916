import type { Backend, RunResult } from "../backends/contract.ts";
import type { SavedModel } from "../formats/safetensors/model.ts";
import type { State } from "../graph/graph.ts";
import type { EpochLogs } from "./history.ts";
import type { Samples } from "./inputs.ts";
import type { SampleSource } from "./step-runner.ts";
import type { EpochTotals } from "./totals.ts";

/** What `fit` goes through the samples with: it takes steps, whatever they are. */
export interface Trainer {
  readonly backend: Backend;
  /** Decides the order of samples and all random draws. */
  readonly seed: number;
  /** Steps taken so far, which random draws depend on. */
  step: number;
  learningRate: number;
  /** Sums of an epoch, none yet. */
  totals(): EpochTotals;
  open(samples: Samples): Promise<SampleSource>;
  /** Plans a step of that many samples. */
  prepare(samples: Samples, batch: number): Promise<unknown>;
  /** Takes a step for each `batch` of `rows`; fewer if a loss is not finite. */
  train(source: SampleSource, rows: Uint32Array, batch: number): Promise<RunResult>;
  evaluate(source: SampleSource, batchSize: number): Promise<EpochLogs>;
  /** All weights by path, statistics too. */
  weights(): ReadonlyMap<string, State>;
  /** What optimizers keep, by path; complete once a step is planned. */
  slots(): ReadonlyMap<string, State>;
  /** The model and its weights, as files hold them. */
  savedModel(): Promise<SavedModel>;
}
