import { NotFiniteError } from "../core/errors.ts";
import type { Compiled } from "./compile.ts";
import { metricsOf } from "./compile.ts";
import type { EpochLogs } from "./history.ts";
import type { Samples } from "./inputs.ts";
import { range } from "./sample-array.ts";
import type { Session } from "./session.ts";
import { EpochTotals } from "./totals.ts";

/**
 * One optimizer step on all samples: loss and metrics before its update.
 *
 * @throws NotFiniteError if the loss is NaN or infinite; the weights stay.
 */
export async function trainBatch(
  session: Session,
  compiled: Compiled,
  samples: Samples,
  learningRate: number,
): Promise<EpochLogs> {
  const source = await session.open(samples);
  try {
    const rows = range(0, samples.length);
    const { steps, outputs } = await session.train(compiled, source, rows, samples.length, learningRate);
    const totals = new EpochTotals(metricsOf(compiled.outputs));
    totals.add(outputs, 1, samples.length);
    if (steps === 1) return totals.logs();
    throw new NotFiniteError({
      where: "trainOnBatch",
      expected: "a finite loss",
      received: String(outputs.loss[0]),
      hint: "The weights are those of before this step. Try a lower learning rate, and look at the inputs.",
    });
  } finally {
    source.dispose();
  }
}
