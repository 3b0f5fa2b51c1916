import { metricResult } from "../metrics/write-metric.ts";
import type { CompiledMetric } from "./compile.ts";

type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** Numbers of one total: their sums so far, or all of them piece by piece. */
interface Collected {
  sums: Float64Array;
  readonly pieces: Float64Array[];
}

/** Adds up losses and the totals of metrics in float64, in the order of the steps. */
export class EpochTotals {
  readonly metrics: readonly CompiledMetric[];
  /** Sums over all samples, by the name of the loss. */
  readonly losses = new Map([["loss", 0]]);
  samples = 0;
  readonly collected = new Map<CompiledMetric, Map<string, Collected>>();

  constructor(metrics: readonly CompiledMetric[]) {
    this.metrics = metrics;
  }

  /**
   * @param outputs of each step that was asked for: losses, and the totals of metrics, `accuracy/count`
   * @param steps how many of them were completed
   * @param batch samples of one step
   */
  add(outputs: Outputs, steps: number, batch: number): void {
    const asked = outputs.loss.length;
    for (const key of Object.keys(outputs)) {
      if (key.includes("/")) continue;
      let sum = this.losses.get(key) ?? 0;
      for (let step = 0; step < steps; step++) sum += outputs[key][step] * batch;
      this.losses.set(key, sum);
    }
    this.samples += steps * batch;
    for (const metric of this.metrics) {
      const prefix = `${metric.key}/`;
      for (const [key, numbers] of Object.entries(outputs)) {
        if (!key.startsWith(prefix)) continue;
        this.addTotal(metric, key.slice(prefix.length), numbers, numbers.length / asked, steps);
      }
    }
  }

  private addTotal(
    metric: CompiledMetric,
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
    if (metric.metric.collects) total.pieces.push(completed);
    else for (const [i, value] of completed.entries()) total.sums[i % length] += value;
  }

  /** Means and metrics of everything added so far, without the metrics that need the whole epoch. */
  soFar(): Record<string, number> {
    return this.results(this.metrics.filter(({ metric }) => !metric.collects));
  }

  /** Means and metrics of everything added. */
  logs(): Record<string, number> {
    return this.results(this.metrics);
  }

  private results(metrics: readonly CompiledMetric[]): Record<string, number> {
    const count = Math.max(1, this.samples);
    const logs: Record<string, number> = {};
    for (const [key, sum] of this.losses) logs[key] = sum / count;
    for (const compiled of metrics) {
      const totals = this.collected.get(compiled);
      if (!totals) continue;
      const { key, metric } = compiled;
      const numbers = [...totals].map(([name, { sums, pieces }]) => [
        name,
        metric.collects ? joined(pieces) : sums,
      ]);
      logs[key] = metricResult(metric, Object.fromEntries(numbers));
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
