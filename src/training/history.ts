/** Numbers of one epoch: `loss`, each metric, and the same with `val` in front if there is validation data. */
export type EpochLogs = Readonly<Record<string, number>>;

export type StopReason = "completed" | "aborted" | "stopped";

/** What happened in a run, epoch by epoch. */
export interface History {
  /** Numbers of the epochs, from 0. */
  readonly epoch: number[];
  readonly loss: number[];
  /** Empty unless the metric was asked for. */
  readonly accuracy: number[];
  /** `valLoss`, `valAccuracy`, …; missing without validation data. */
  readonly [validation: `val${string}`]: number[];
  /** `"aborted"` by a signal, `"stopped"` by a callback. */
  readonly stopReason: StopReason;
  /** Everything by name, other metrics too. */
  readonly logs: Readonly<Record<string, number[]>>;
}

export function historyOf(
  epochs: readonly number[],
  logs: readonly EpochLogs[],
  stopReason: StopReason,
): History {
  const names = new Set(logs.flatMap((log) => Object.keys(log)));
  const columns: Record<string, number[]> = {};
  for (const name of names) columns[name] = logs.map((log) => log[name]);
  return { loss: [], accuracy: [], ...columns, epoch: [...epochs], stopReason, logs: columns } as History;
}
