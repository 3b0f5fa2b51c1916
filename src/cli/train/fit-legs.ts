import type { EpochRecord } from "../run-record.ts";
import type { Job } from "./job.ts";
import type { TrainingView } from "./view.ts";

/** Trains leg by leg. @param done steps that were taken, also if this throws */
export async function fitLegs(
  { model, train, validation, plan, options }: Job,
  view: TrainingView,
  signal: AbortSignal,
  done: { steps: number },
): Promise<EpochRecord[]> {
  const { batchSize } = options;
  const epochs: EpochRecord[] = [];
  for (const leg of plan.legs) {
    if (signal.aborted) break;
    const before = done.steps;
    const run = model.fit(train, {
      ...leg,
      batchSize,
      signal,
      ...(validation ? { validationData: validation } : {}),
    });
    for await (const event of run) {
      const { epoch, logs, imagesPerSecond } = event;
      if (event.type === "progress") {
        const { step, steps } = event;
        done.steps = before + (epoch - leg.initialEpoch) * plan.stepsPerEpoch + step;
        const secondsLeft = ((steps - step) * batchSize) / imagesPerSecond;
        view.progress({ epoch: epoch + 1, step, steps, logs, imagesPerSecond, secondsLeft });
      } else {
        const { seconds } = event;
        const steps = leg.stepsPerEpoch ?? plan.stepsPerEpoch;
        const record = { epoch: epoch + 1, logs, seconds, imagesPerSecond, steps };
        done.steps = before + (epoch - leg.initialEpoch) * plan.stepsPerEpoch + steps;
        epochs.push(record);
        view.epochEnd(record);
      }
    }
  }
  return epochs;
}
