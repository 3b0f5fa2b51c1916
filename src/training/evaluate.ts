import type { EpochLogs } from "./history.ts";
import type { Compiled } from "./programs.ts";
import type { SampleSource, Session } from "./session.ts";

/** Adds up losses and metrics in float64, in the order of the steps. */
export class Totals {
  private loss = 0;
  private predictions = 0;
  private readonly metrics = new Map<string, number>();

  /**
   * @param outputs the mean loss of each step, and the sums of the metrics
   * @param predictions of one step
   */
  add(outputs: Readonly<Record<string, ArrayLike<number>>>, steps: number, predictions: number): void {
    for (let step = 0; step < steps; step++) this.loss += outputs.loss[step] * predictions;
    this.predictions += steps * predictions;
    for (const [name, sums] of Object.entries(outputs)) {
      if (name === "loss") continue;
      let total = this.metrics.get(name) ?? 0;
      for (let step = 0; step < steps; step++) total += sums[step];
      this.metrics.set(name, total);
    }
  }

  /** Means over everything added so far. */
  means(): Record<string, number> {
    const count = Math.max(1, this.predictions);
    const metrics = [...this.metrics].map(([name, sum]) => [name, sum / count]);
    return { loss: this.loss / count, ...Object.fromEntries(metrics) };
  }
}

/** Consecutive numbers. */
export function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}

/** Loss and metrics over all samples, exactly: every sample counts once. */
export async function evaluateSamples(
  session: Session,
  compiled: Compiled,
  source: SampleSource,
  batchSize: number,
): Promise<EpochLogs> {
  const { samples } = source;
  const totals = new Totals();
  const whole = Math.floor(samples.length / batchSize) * batchSize;
  const evaluate = async (from: number, to: number, batch: number): Promise<void> => {
    const { graph, executable } = await session.prepare(
      "evaluate",
      session.batchShape(samples, batch),
      compiled,
    );
    const perRun = Math.max(1, Math.floor(4096 / batch)) * batch;
    for (let start = from; start < to; start += perRun) {
      const rows = range(start, Math.min(to, start + perRun));
      const steps = rows.length / batch;
      const { outputs } = await executable.run({ steps, inputs: source.feed(rows) });
      totals.add(outputs, steps, batch * graph.predictions);
    }
  };
  if (whole > 0) await evaluate(0, whole, batchSize);
  if (whole < samples.length) await evaluate(whole, samples.length, samples.length - whole);
  return totals.means();
}
