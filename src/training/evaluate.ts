import type { Compiled } from "./compile.ts";
import { metricsOf } from "./compile.ts";
import type { EpochLogs } from "./history.ts";
import { range } from "./sample-array.ts";
import type { Session } from "./session.ts";
import type { SampleSource } from "./step-runner.ts";
import { EpochTotals } from "./totals.ts";

/** Loss and metrics over all samples, exactly: every sample counts once. */
export async function evaluateSamples(
  session: Session,
  compiled: Compiled,
  pieces: Iterable<SampleSource> | AsyncIterable<SampleSource>,
  batchSize: number,
): Promise<EpochLogs> {
  const totals = new EpochTotals(metricsOf(compiled.outputs));
  for await (const source of pieces) await measure(session, compiled, source, batchSize, totals);
  return totals.logs();
}

async function measure(
  session: Session,
  compiled: Compiled,
  source: SampleSource,
  batchSize: number,
  totals: EpochTotals,
): Promise<void> {
  const { samples } = source;
  const whole = Math.floor(samples.length / batchSize) * batchSize;
  const evaluate = async (from: number, to: number, batch: number): Promise<void> => {
    const { executable } = await session.program("evaluate", session.batchShape(samples, batch), compiled);
    const perRun = Math.max(1, Math.floor(4096 / batch)) * batch;
    for (let start = from; start < to; start += perRun) {
      const rows = range(start, Math.min(to, start + perRun));
      const steps = rows.length / batch;
      const { outputs } = await session.run(executable, { steps, inputs: source.feed(rows) });
      totals.add(outputs, steps, batch);
    }
  };
  if (whole > 0) await evaluate(0, whole, batchSize);
  if (whole < samples.length) await evaluate(whole, samples.length, samples.length - whole);
}
