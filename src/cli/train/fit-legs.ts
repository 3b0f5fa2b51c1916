import { existsSync } from "node:fs";
import type { Callback } from "../../index.ts";
import type { EpochRecord } from "../run-record.ts";
import type { Job } from "./job.ts";
import type { TrainingView } from "./view.ts";

/** In the folder of a run, beside the model. */
export const checkpointName = "checkpoint.safetensors";

/** More steps than there are: a checkpoint is only written when the run ends or is broken off. */
const onlyAtEnd = Number.MAX_SAFE_INTEGER;

interface Legs {
  readonly view: TrainingView;
  readonly signal: AbortSignal;
  /** Path of the checkpoint. */
  readonly checkpoint: string;
  /** Steps that were taken, also if training throws. */
  readonly done: { steps: number };
}

/** Trains leg by leg, and leaves a checkpoint every so many steps and when it is broken off. */
export async function fitLegs(
  { model, train, validation, plan, options }: Job,
  { view, signal, checkpoint, done }: Legs,
): Promise<EpochRecord[]> {
  const { batchSize, checkpointEvery, resume = false } = options;
  const { callbacks } = await import("../../index.ts");
  if (resume && !existsSync(checkpoint)) view.note(`No ${checkpoint} yet: beginning with the first step.`);
  const backup = callbacks.backupAndRestore({
    path: checkpoint,
    saveFrequency: checkpointEvery ?? onlyAtEnd,
    deleteCheckpoint: false,
    restore: resume,
  });
  const records = new EpochRecords();
  for (const leg of plan.legs) {
    if (signal.aborted) break;
    const before = done.steps;
    const stepsOf = leg.stepsPerEpoch ?? plan.stepsPerEpoch;
    const run = model.fit(train, {
      ...leg,
      batchSize,
      signal,
      callbacks: [records.callback(stepsOf), backup],
      ...(validation ? { validationData: validation } : {}),
    });
    for await (const event of run) {
      const { epoch, imagesPerSecond } = event;
      done.steps = before + (epoch - leg.initialEpoch) * plan.stepsPerEpoch;
      if (event.type === "progress") {
        const { step, steps, logs } = event;
        done.steps += step;
        const secondsLeft = ((steps - step) * batchSize) / imagesPerSecond;
        view.progress({ epoch: epoch + 1, step, steps, logs, imagesPerSecond, secondsLeft });
      } else {
        done.steps += stepsOf;
        const { logs, seconds } = event;
        view.epochEnd(records.measure({ epoch: epoch + 1, logs, seconds, imagesPerSecond, steps: stepsOf }));
      }
    }
    if ((await run).stopReason === "completed") {
      done.steps = before + (leg.epochs - leg.initialEpoch) * stepsOf;
    }
  }
  return records.all();
}

/** What is known of every epoch, in checkpoints too: a run that goes on later has its whole history. */
class EpochRecords {
  private readonly records = new Map<number, EpochRecord>();

  /** An epoch and how long it took; of one that was begun before the run was broken off, the rest. */
  measure(record: EpochRecord): EpochRecord {
    this.records.set(record.epoch, record);
    return record;
  }

  all(): EpochRecord[] {
    return [...this.records.values()].sort((a, b) => a.epoch - b.epoch);
  }

  callback(steps: number): Callback {
    return {
      name: "epochRecords",
      onEpochEnd: (epoch, logs) => {
        /* Times come with the event, which may be seen later. */
        if (this.records.has(epoch + 1)) return;
        this.measure({ epoch: epoch + 1, logs, seconds: 0, imagesPerSecond: 0, steps });
      },
      save: () => ({ values: this.all() }),
      restore: ({ values }) => {
        for (const record of values as EpochRecord[]) this.measure(record);
      },
    };
  }
}
