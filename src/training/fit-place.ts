import type { Callback } from "./callback.ts";
import type { EpochData, EvaluationData } from "./epoch-data.ts";
import type { FitOptions } from "./fit-options.ts";
import type { EpochLogs } from "./history.ts";
import type { TrainEvent } from "./run.ts";
import type { EpochTotals } from "./totals.ts";
import type { Trainer } from "./trainer.ts";

/** Where a run is, and what it has seen: what checkpoints hold. */
export interface FitPlace {
  readonly context: FitContext;
  /** In the order in which they are called. */
  readonly callbacks: readonly Callback[];
  readonly batchSize: number;
  readonly hasBegun: boolean;
  /** The epoch that is under way, its steps so far and their sums. */
  epoch: number;
  epochStep: number;
  totals: EpochTotals;
  /** Epochs that are over, and what was reported. */
  epochs: number[];
  logs: EpochLogs[];
  /** Whether the weights are their moving averages, and the other way round. */
  isAveraged: boolean;
  /** Gives callbacks what a checkpoint holds of them; called when all have begun. */
  restored: (() => void) | undefined;
}

export interface FitContext {
  readonly trainer: Trainer;
  readonly train: EpochData;
  readonly validation: EvaluationData | undefined;
  readonly options: FitOptions;
  readonly report: (event: TrainEvent) => void;
}
