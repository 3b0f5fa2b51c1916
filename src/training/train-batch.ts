import type { EpochLogs } from "./history.ts";
import type { Samples } from "./inputs.ts";
import { notFinite } from "./not-finite.ts";
import type { Trainer } from "./trainer.ts";

/**
 * One optimizer step on all samples: loss and metrics before its update.
 *
 * @throws NotFiniteError if the loss is NaN or infinite; the weights stay.
 */
export async function trainBatch(trainer: Trainer, samples: Samples): Promise<EpochLogs> {
  const { length } = samples;
  const source = await trainer.runner.open(samples);
  try {
    const rows = Uint32Array.from({ length }, (_, i) => i);
    const { steps, outputs } = await trainer.train(source, rows, length);
    const totals = trainer.totals();
    totals.add(outputs, 1, length);
    if (steps === 1) return totals.logs();
    throw notFinite("trainOnBatch", outputs.loss[0]);
  } finally {
    source.dispose();
  }
}
