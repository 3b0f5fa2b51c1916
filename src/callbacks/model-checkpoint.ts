import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Callback, TrainedModel } from "../training/callback.ts";
import { Monitor, type MonitorOptions, monitorOptions } from "./monitor.ts";
import { requireCount, requirePath } from "./require.ts";

export interface ModelCheckpointOptions extends MonitorOptions {
  /** File to save to; `{epoch}`, `{valLoss}` and the like in it stand for numbers, `{epoch:02d}` and `{loss:.2f}` set how. */
  path: string;
  /** Save only when the watched number is the best so far. Default false. */
  saveBestOnly?: boolean;
  /** After each `"epoch"`, or after so many steps. Default `"epoch"`. */
  saveFrequency?: "epoch" | number;
  /** What the first number must be better than to be saved. */
  initialValueThreshold?: number;
}

/**
 * Saves the model while it trains: after every epoch, every so many steps, or whenever it is the best so far. Epochs count
 * from 1 in names of files, as in Keras. In Node.
 *
 * @throws OptionError for options that make no sense, or when it saves, if there is no such number.
 * @throws FileError if the file cannot be written; it is written whole or not at all.
 * @see https://keras.io/api/callbacks/model_checkpoint/
 * @example
 * const best = callbacks.modelCheckpoint({ path: "best.keras", monitor: "valAccuracy", saveBestOnly: true });
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const where = "callbacks.modelCheckpoint";
  checkOptions(where, options, [
    ...monitorOptions,
    "path",
    "saveBestOnly",
    "saveFrequency",
    "initialValueThreshold",
  ]);
  const { path, saveBestOnly = false, saveFrequency = "epoch", initialValueThreshold } = options;
  requirePath(where, path);
  if (saveFrequency !== "epoch") requireCount(where, "saveFrequency", saveFrequency, 1);
  const monitor = saveBestOnly ? new Monitor(where, options) : undefined;
  let best = initialValueThreshold;
  let epochNow = 0;
  const save = async (
    model: TrainedModel,
    epoch: number,
    logs: Readonly<Record<string, number>>,
  ): Promise<void> => {
    if (monitor) {
      const current = monitor.read(logs);
      if (!monitor.isBetter(current, best)) return;
      best = current;
    }
    await model.save(fillIn(where, path, { epoch: epoch + 1, ...logs }));
  };
  return {
    name: "modelCheckpoint",
    onEpochBegin(epoch) {
      epochNow = epoch;
    },
    ...(saveFrequency === "epoch"
      ? { onEpochEnd: (epoch, logs, { model }) => save(model, epoch, logs) }
      : {
          batchInterval: saveFrequency,
          onBatchEnd: (step, logs, { model }) =>
            (step + 1) % saveFrequency === 0
              ? save(model, epochNow, { ...logs, batch: step + 1 })
              : undefined,
        }),
    save: () => ({ values: { best, epochNow } }),
    restore({ values }) {
      ({ best, epochNow } = values as { best: number | undefined; epochNow: number });
    },
  };
}

/** `{epoch:02d}` → `07`, `{loss:.2f}` → `0.13`. */
function fillIn(where: string, path: string, numbers: Readonly<Record<string, number>>): string {
  return path.replace(
    /\{(\w+)(?::(?:(0?)(\d+)d|\.(\d+)f))?\}/g,
    (text, name: string, zero, width, digits) => {
      if (!Object.hasOwn(numbers, name)) {
        throw new OptionError({
          where,
          expected: `names in braces among ${Object.keys(numbers).join(", ")}`,
          received: text,
        });
      }
      const value = numbers[name];
      if (digits !== undefined) return value.toFixed(Number(digits));
      return String(value).padStart(Number(width ?? 0), zero === "0" ? "0" : " ");
    },
  );
}
