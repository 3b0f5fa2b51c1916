import { OptionError } from "../core/errors.ts";
import type { Callback } from "../training/callback.ts";

/**
 * Sets the learning rate at the beginning of each epoch.
 *
 * @param schedule the new rate for the number of the epoch, from 0, and the rate so far
 * @throws OptionError when an epoch begins, if the schedule gives no positive number.
 * @see https://keras.io/api/callbacks/learning_rate_scheduler/
 * @example
 * const halve = callbacks.learningRateScheduler((epoch, rate) => (epoch > 0 && epoch % 10 === 0 ? rate / 2 : rate));
 * await model.fit(train, { epochs: 1, callbacks: [halve] });
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  if (typeof schedule !== "function") {
    throw new OptionError({
      where: "callbacks.learningRateScheduler",
      expected: "a function of epoch and learning rate",
      received: typeof schedule,
    });
  }
  return {
    onEpochBegin(epoch, { model }) {
      model.learningRate = schedule(epoch, model.learningRate);
    },
  };
}
