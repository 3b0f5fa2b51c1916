import type { Callback } from "../training/callback.ts";

/**
 * Ends the run, instead of letting `fit` throw, when a loss is NaN or infinite. The weights are those of before that
 * step, and the history's `stopReason` is `"stopped"`.
 *
 * @see https://keras.io/api/callbacks/terminate_on_nan/
 * @example
 * await model.fit(train, { epochs: 1, callbacks: [callbacks.terminateOnNan()] });
 */
export function terminateOnNan(): Callback {
  return {
    onNotFinite(_error, control) {
      control.stop();
    },
  };
}
