import type { EpochLogs, History } from "./history.ts";
import type { WeightArray } from "./weights.ts";

/** What callbacks see of the model that is trained. */
export interface TrainedModel {
  /** Step size of the optimizer; a new one takes effect with the next step. */
  learningRate: number;
  getWeights(): Promise<WeightArray[]>;
  setWeights(weights: readonly (WeightArray | Float32Array)[]): Promise<void>;
  save(path: string): Promise<void>;
}

/** What a callback may do to a run. */
export interface RunControl {
  readonly model: TrainedModel;
  /** Ends the run after the epoch or step that is under way. */
  stop(): void;
}

/**
 * Hooks into a run; all are optional and may be asynchronous.
 *
 * @example
 * const loud: Callback = { onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) };
 * await model.fit(train, { epochs: 5, callbacks: [loud] });
 */
export interface Callback {
  onTrainBegin?(control: RunControl): void | Promise<void>;
  onEpochBegin?(epoch: number, control: RunControl): void | Promise<void>;
  /** After every step, with the means over the epoch so far. Steps run one by one if a callback asks for this. */
  onBatchEnd?(step: number, logs: EpochLogs, control: RunControl): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: EpochLogs, control: RunControl): void | Promise<void>;
  onTrainEnd?(history: History, control: RunControl): void | Promise<void>;
}
