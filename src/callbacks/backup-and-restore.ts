import { FileError } from "../core/errors.ts";
import { readFile, removeFile, writeFile } from "../core/files.ts";
import { checkOptions } from "../core/names.ts";
import type { Callback, RunControl } from "../training/callback.ts";
import { requireCount, requirePath } from "./require.ts";

export interface BackupOptions {
  /** The file: a safetensors file of the model with everything else that a run goes on with. */
  path: string;
  /** After each `"epoch"`, or when at least so many steps have been taken since the last time. Default `"epoch"`. */
  saveFrequency?: "epoch" | number;
  /** Remove the file when the run has come to its end. Default true. */
  deleteCheckpoint?: boolean;
  /** Go on from the file if there is one. Default true. */
  restore?: boolean;
}

/**
 * Makes a run that was broken off, by a signal, an error or the power, go on where it was: called again with the same
 * model, data and options, `fit` ends with the same bits as if nothing had happened. In Node.
 *
 * The file holds weights, what the optimizer keeps, the learning rate, the place in the data, and the states of the other
 * callbacks. It is written whole or not at all; also when a signal ends the run.
 *
 * @throws FileError if the file cannot be read or written, or is none of such a model.
 * @throws UsageError when it goes on with other data, another batch size or seed.
 * @see https://keras.io/api/callbacks/backup_and_restore/
 * @example
 * const backup = callbacks.backupAndRestore({ path: "backup.safetensors", saveFrequency: 100 });
 */
export function backupAndRestore(options: BackupOptions): Callback {
  const where = "callbacks.backupAndRestore";
  checkOptions(where, options, ["path", "saveFrequency", "deleteCheckpoint", "restore"]);
  const { path, saveFrequency = "epoch", deleteCheckpoint = true, restore = true } = options;
  requirePath(where, path);
  if (saveFrequency !== "epoch") requireCount(where, "saveFrequency", saveFrequency, 1);
  const save = async (control: RunControl): Promise<void> => writeFile(path, await control.checkpoint());
  let unsaved = 0;
  let lastStep = -1;
  return {
    name: "backupAndRestore",
    isLast: true,
    async onTrainBegin(control) {
      unsaved = 0;
      lastStep = -1;
      if (!restore) return;
      const bytes = await readFile(path).catch((error: unknown) => {
        if (error instanceof FileError && error.received === "no such file") return undefined;
        throw error;
      });
      if (bytes) await control.restore(bytes, path);
    },
    ...(saveFrequency === "epoch"
      ? { onEpochEnd: (_epoch, _logs, control) => save(control) }
      : {
          batchInterval: saveFrequency,
          onEpochBegin() {
            lastStep = -1;
          },
          async onBatchEnd(step, _logs, control) {
            unsaved += step - lastStep;
            lastStep = step;
            if (unsaved < saveFrequency) return;
            unsaved = 0;
            await save(control);
          },
        }),
    async onTrainEnd(history, control) {
      if (history.stopReason !== "aborted" && deleteCheckpoint) await removeFile(path);
      else await save(control);
    },
    save: () => ({ values: { lastStep } }),
    restore({ values }) {
      ({ lastStep } = values as { lastStep: number });
    },
  };
}
