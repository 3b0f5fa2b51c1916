import type { NotFiniteError } from "../core/errors.ts";
import type { EpochLogs, History } from "./history.ts";
import type { WeightArray } from "./weights.ts";

/** What callbacks see of the model that is trained. */
export interface TrainedModel {
  /** Step size of the optimizer; a new one takes effect with the next step. */
  learningRate: number;
  getWeights(): Promise<WeightArray[]>;
  setWeights(weights: readonly (WeightArray | Float32Array)[]): Promise<void>;
  save(path: string): Promise<unknown>;
}

/** What a callback may do to a run. */
export interface RunControl {
  readonly model: TrainedModel;
  /** Ends the run after the epoch or step that is under way. */
  stop(): void;
  /**
   * Exchanges the weights with their moving averages, which an optimizer with `useEma` keeps.
   *
   * @throws UsageError if there are none.
   */
  swapAverages(): Promise<void>;
  /**
   * Everything the run goes on with, as the bytes of a file: weights, what the optimizer keeps, the place in the data,
   * the states of callbacks. `loadModel` reads it as a model.
   */
  checkpoint(): Promise<Uint8Array>;
  /**
   * Goes on where a checkpoint was made; only before the first step, in `onTrainBegin`.
   *
   * @throws FileError if it is no checkpoint of such a model, or UsageError if the run is another one.
   */
  restore(bytes: Uint8Array, where?: string): Promise<void>;
}

/** What a callback keeps from step to step, for checkpoints: anything JSON can hold, and arrays. */
export interface CallbackState {
  readonly values: unknown;
  readonly arrays?: Readonly<Record<string, Float32Array>>;
}

/**
 * Hooks into a run; all are optional and may be asynchronous.
 *
 * @example
 * const loud: Callback = { onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) };
 * await model.fit(train, { epochs: 5, callbacks: [loud] });
 */
export interface Callback {
  /** Under which its state stands in checkpoints. */
  readonly name?: string;
  onTrainBegin?(control: RunControl): void | Promise<void>;
  onEpochBegin?(epoch: number, control: RunControl): void | Promise<void>;
  /** After steps, with the means over the epoch so far: after every one, or as `batchInterval` says. */
  onBatchEnd?(step: number, logs: EpochLogs, control: RunControl): void | Promise<void>;
  /** Steps between two calls of `onBatchEnd`, counted in the epoch; many steps together are faster. Default 1. */
  readonly batchInterval?: number;
  /** Before and after the validation data are measured at the end of an epoch. */
  onTestBegin?(control: RunControl): void | Promise<void>;
  onTestEnd?(logs: EpochLogs, control: RunControl): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: EpochLogs, control: RunControl): void | Promise<void>;
  onTrainEnd?(history: History, control: RunControl): void | Promise<void>;
  /** A loss is NaN or infinite. Whoever has this hook keeps `fit` from throwing; the run ends as stopped. */
  onNotFinite?(error: NotFiniteError, control: RunControl): void | Promise<void>;
  /** Called after those of all other callbacks, so that it sees what they did. Default false. */
  readonly isLast?: boolean;
  /** What a checkpoint must hold for the callback to go on as if nothing had happened. */
  save?(): CallbackState;
  restore?(state: CallbackState): void;
}

/** In the order in which they are called. */
export function inOrder(callbacks: readonly Callback[]): Callback[] {
  return [...callbacks.filter(({ isLast }) => !isLast), ...callbacks.filter(({ isLast }) => isLast)];
}
