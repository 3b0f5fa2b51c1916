import type { Metric } from "../metrics/metric.ts";
import { metricResult } from "../metrics/write-metric.ts";

type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** Numbers of one total: their sums so far, or all of them piece by piece. */
interface Collected {
  sums: Float64Array;
  readonly pieces: Float64Array[];
}

/** Adds up losses and the totals of metrics in float64, in the order of the steps. */
export class EpochTotals {
  private readonly metrics: readonly Metric[];
  private loss = 0;
  private samples = 0;
  private readonly collected = new Map<Metric, Map<string, Collected>>();

  constructor(metrics: readonly Metric[]) {
    this.metrics = metrics;
  }

  /**
   * @param outputs the loss of each step that was asked for, and the totals of the metrics: `accuracy/count`
   * @param steps how many of them were completed
   * @param batch samples of one step
   */
  add(outputs: Outputs, steps: number, batch: number): void {
    const asked = outputs.loss.length;
    for (let step = 0; step < steps; step++) this.loss += outputs.loss[step] * batch;
    this.samples += steps * batch;
    for (const metric of this.metrics) {
      const prefix = `${metric.name}/`;
      for (const [key, numbers] of Object.entries(outputs)) {
        if (!key.startsWith(prefix)) continue;
        this.addTotal(metric, key.slice(prefix.length), numbers, numbers.length / asked, steps);
      }
    }
  }

  private addTotal(
    metric: Metric,
    name: string,
    numbers: ArrayLike<number>,
    length: number,
    steps: number,
  ): void {
    const totals = this.collected.get(metric) ?? new Map<string, Collected>();
    this.collected.set(metric, totals);
    const total = totals.get(name) ?? { sums: new Float64Array(length), pieces: [] };
    totals.set(name, total);
    const completed = Float64Array.from({ length: steps * length }, (_, i) => numbers[i]);
    if (metric.collects) total.pieces.push(completed);
    else for (const [i, value] of completed.entries()) total.sums[i % length] += value;
  }

  /** Means and metrics of everything added so far, without the metrics that need the whole epoch. */
  soFar(): Record<string, number> {
    return this.results(this.metrics.filter(({ collects }) => !collects));
  }

  /** Means and metrics of everything added. */
  logs(): Record<string, number> {
    return this.results(this.metrics);
  }

  private results(metrics: readonly Metric[]): Record<string, number> {
    const logs: Record<string, number> = { loss: this.loss / Math.max(1, this.samples) };
    for (const metric of metrics) {
      const totals = this.collected.get(metric);
      if (!totals) continue;
      const numbers = [...totals].map(([name, { sums, pieces }]) => [
        name,
        metric.collects ? joined(pieces) : sums,
      ]);
      logs[metric.name] = metricResult(metric, Object.fromEntries(numbers));
    }
    return logs;
  }
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
