/** What is measured in Node and in a page alike: a network trained, asked in batches, or asked one image at a time. */
import type { Dataset, Model } from "convnet";
import { compiledModel, type NetworkChoice } from "./networks.ts";
import { type PlanCost, planCost } from "./plan-cost.ts";
import { median, quantile } from "./statistics.ts";

export type Mode = "train" | "infer" | "latency";

export interface MeasureOptions {
  readonly network: NetworkChoice;
  readonly mode: Mode;
  readonly batch: number;
  readonly threads: number;
  /** Seconds before the first window. */
  readonly warmup: number;
  /** Length of a window. */
  readonly seconds: number;
  /** Number of windows. */
  readonly repeats: number;
}

export interface Measured extends PlanCost {
  readonly mode: Mode;
  readonly batch: number;
  /** How many took part. */
  readonly threads: number;
  readonly images_per_second: number;
  /** Images a second in each window. */
  readonly windows: readonly number[];
  /** Milliseconds of a single call, over all windows; only for `latency`. */
  readonly p50?: number;
  readonly p99?: number;
}

/** Measures in windows after a warm-up, by the clock on the wall. */
export async function measure(options: MeasureOptions, data: Dataset): Promise<Measured> {
  const { network, mode, batch } = options;
  const model = compiledModel(network, { threads: options.threads });
  const calls: number[] = [];
  const windows =
    mode === "train"
      ? await trainWindows(model, data, options)
      : await askWindows(model, data, options, calls);
  const { threads } = await model.backend();
  const program = mode === "train" ? "train" : "predict";
  const cost = planCost(await model.explainProgram({ program, batchSize: batch }), batch);
  return {
    mode,
    batch,
    threads,
    images_per_second: median(windows),
    windows: windows.map(Math.round),
    ...cost,
    ...(mode === "latency" ? { p50: quantile(calls, 0.5), p99: quantile(calls, 0.99) } : {}),
  };
}

async function trainWindows(
  model: Model,
  train: Dataset,
  { batch, warmup, seconds, repeats }: MeasureOptions,
): Promise<number[]> {
  const windows: number[] = [];
  const begin = performance.now();
  let windowBegin = 0;
  let images = 0;
  const controller = new AbortController();
  let epoch = 0;
  const run = model.fit(train, { epochs: 100_000, batchSize: batch, signal: controller.signal });
  for await (const event of run) {
    if (event.type === "epochEnd") epoch++;
    if (windows.length === repeats) continue; // What was under way when the run was stopped.
    const now = performance.now();
    const inEpoch = event.type === "epochEnd" ? 0 : Math.min(event.step * batch, train.length);
    const done = epoch * train.length + inEpoch;
    if (windowBegin === 0) {
      if (now - begin < warmup * 1000) continue;
    } else {
      if (now - windowBegin < seconds * 1000) continue;
      windows.push(((done - images) / (now - windowBegin)) * 1000);
      if (windows.length === repeats) controller.abort();
    }
    windowBegin = now;
    images = done;
  }
  await run;
  return windows;
}

async function askWindows(
  model: Model,
  { x, length }: Dataset,
  { batch, warmup, seconds, repeats }: MeasureOptions,
  calls: number[],
): Promise<number[]> {
  const images = x.slice(0, (batch * x.length) / length);
  const ask = async (forMs: number): Promise<number> => {
    const begin = performance.now();
    let count = 0;
    for (let now = begin; now - begin < forMs; count++) {
      await model.predict(images, { batchSize: batch });
      const after = performance.now();
      calls.push(after - now);
      now = after;
    }
    return ((count * batch) / (performance.now() - begin)) * 1000;
  };
  await ask(warmup * 1000);
  calls.length = 0;
  const windows: number[] = [];
  for (let i = 0; i < repeats; i++) windows.push(await ask(seconds * 1000));
  return windows;
}
