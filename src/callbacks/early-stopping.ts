import { checkOptions } from "../core/names.ts";
import type { Callback } from "../training/callback.ts";
import { Monitor, type MonitorOptions, monitorOptions } from "./monitor.ts";
import { requireCount, requireNotNegative } from "./require.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Smaller changes are no improvement. Default 0. */
  minDelta?: number;
  /** Epochs without improvement after which the run ends. Default 0. */
  patience?: number;
  /** An improvement must also be better than this to start the patience anew. */
  baseline?: number;
  /** At the end of the run, go back to the weights of the best epoch. Default false. */
  restoreBestWeights?: boolean;
  /** Number of the epoch from which on it watches. Default 0. */
  startFromEpoch?: number;
}

/**
 * Ends the run when a number has not got better for a while.
 *
 * @throws OptionError for options that make no sense; when an epoch ends, if there is no such number.
 * @see https://keras.io/api/callbacks/early_stopping/
 * @example
 * await model.fit(train, {
 *   epochs: 2,
 *   validationSplit: 0.2,
 *   callbacks: [callbacks.earlyStopping({ monitor: "valLoss", patience: 3, restoreBestWeights: true })],
 * });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "callbacks.earlyStopping";
  checkOptions(where, options, [
    ...monitorOptions,
    "minDelta",
    "patience",
    "baseline",
    "restoreBestWeights",
    "startFromEpoch",
  ]);
  const { minDelta = 0, patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
  requireNotNegative(where, "minDelta", minDelta);
  requireCount(where, "patience", patience);
  requireCount(where, "startFromEpoch", startFromEpoch);
  const monitor = new Monitor(where, options);
  let wait = 0;
  let best: number | undefined;
  let bestWeights: Float32Array[] | undefined;
  return {
    name: "earlyStopping",
    onTrainBegin() {
      wait = 0;
      best = undefined;
      bestWeights = undefined;
    },
    async onEpochEnd(epoch, logs, { model, stop }) {
      if (epoch < startFromEpoch) return;
      const current = monitor.read(logs);
      const keep = async (): Promise<void> => {
        if (restoreBestWeights) bestWeights = (await model.getWeights()).map(({ data }) => data);
      };
      wait++;
      if (monitor.isBetter(current, best, minDelta)) {
        best = current;
        await keep();
        if (monitor.isBetter(current, baseline, minDelta)) wait = 0;
      } else if (!bestWeights) await keep();
      if (wait > 0 && wait >= patience && epoch > 0) stop();
    },
    async onTrainEnd(history, { model }) {
      /* A run that was broken off goes on later, with the weights it had. */
      if (bestWeights && history.stopReason !== "aborted") await model.setWeights(bestWeights);
    },
    save: () => ({
      values: { wait, best },
      arrays: Object.fromEntries((bestWeights ?? []).map((data, i) => [String(i), data])),
    }),
    restore({ values, arrays = {} }) {
      const saved = values as { wait: number; best?: number };
      wait = saved.wait;
      best = saved.best;
      const kept = Object.keys(arrays).map((_, i) => arrays[String(i)]);
      bestWeights = kept.length > 0 ? kept : undefined;
    },
  };
}
