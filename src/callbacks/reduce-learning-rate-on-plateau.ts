import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Callback } from "../training/callback.ts";
import { Monitor, type MonitorOptions, monitorOptions } from "./monitor.ts";
import { requireCount, requireNotNegative } from "./require.ts";

export interface ReduceLearningRateOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default 0.1. */
  factor?: number;
  /** Epochs without improvement after which it is reduced. Default 10. */
  patience?: number;
  /** Smaller changes are no improvement. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction that do not count. Default 0. */
  cooldown?: number;
  /** It does not go below this. Default 0. */
  minLearningRate?: number;
}

/**
 * Reduces the learning rate when a number has not got better for a while.
 *
 * @throws OptionError for options that make no sense; when an epoch ends, if there is no such number.
 * @see https://keras.io/api/callbacks/reduce_lr_on_plateau/
 * @example
 * await model.fit(train, {
 *   epochs: 2,
 *   callbacks: [callbacks.reduceLearningRateOnPlateau({ monitor: "loss", factor: 0.5, patience: 2 })],
 * });
 */
export function reduceLearningRateOnPlateau(options: ReduceLearningRateOptions = {}): Callback {
  const where = "callbacks.reduceLearningRateOnPlateau";
  checkOptions(where, options, [
    ...monitorOptions,
    "factor",
    "patience",
    "minDelta",
    "cooldown",
    "minLearningRate",
  ]);
  const { factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLearningRate = 0 } = options;
  if (!(factor > 0 && factor < 1)) {
    throw new OptionError({ where, expected: "factor above 0 and below 1", received: String(factor) });
  }
  requireCount(where, "patience", patience);
  requireCount(where, "cooldown", cooldown);
  requireNotNegative(where, "minDelta", minDelta);
  requireNotNegative(where, "minLearningRate", minLearningRate);
  const monitor = new Monitor(where, options);
  let wait = 0;
  let cooling = 0;
  let best: number | undefined;
  return {
    name: "reduceLearningRateOnPlateau",
    onTrainBegin() {
      wait = 0;
      cooling = 0;
      best = undefined;
    },
    onEpochEnd(_epoch, logs, { model }) {
      const current = monitor.read(logs);
      if (cooling > 0) {
        cooling--;
        wait = 0;
      }
      if (monitor.isBetter(current, best, minDelta)) {
        best = current;
        wait = 0;
      } else if (cooling === 0) {
        wait++;
        if (wait < patience || model.learningRate <= minLearningRate) return;
        model.learningRate = Math.max(model.learningRate * factor, minLearningRate);
        cooling = cooldown;
        wait = 0;
      }
    },
    save: () => ({ values: { wait, cooling, best } }),
    restore({ values }) {
      ({ wait, cooling, best } = values as { wait: number; cooling: number; best: number | undefined });
    },
  };
}
