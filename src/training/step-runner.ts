import type { Backend, Feed, ResidentData, RunResult } from "../backends/contract.ts";
import { randomKey, threefry } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Samples } from "./inputs.ts";
import type { ProgramGraph } from "./predict-graph.ts";
import { type Prepared, ProgramRunner } from "./program-runner.ts";
import type { FlatArray } from "./sample-array.ts";

/** Larger sets of samples are handed over batch by batch. */
const mostResidentBytes = 256 * 1024 * 1024;

/** Samples as the backend reads them: resident, or gathered for every run. */
export interface SampleSource {
  readonly samples: Samples;
  feed(rows: Uint32Array): Record<string, Feed>;
  dispose(): void;
}

function gatherRows(array: FlatArray, length: number, rows: Uint32Array): FlatArray {
  const gathered = new (array.constructor as Float32ArrayConstructor)(rows.length * length);
  for (const [i, row] of rows.entries())
    gathered.set(array.subarray(row * length, (row + 1) * length), i * length);
  return gathered;
}

/** Programs that take steps, and how many they have taken. */
export class StepRunner extends ProgramRunner {
  readonly seed: number;
  /** Optimizer steps taken so far. */
  step = 0;

  constructor(backend: Backend, seed: number) {
    super(backend);
    this.seed = seed;
  }

  /** Copies samples to the backend if they are few enough, and starts its threads meanwhile. */
  async open(samples: Samples): Promise<SampleSource> {
    this.backend.start?.();
    const arrays = Object.entries(samples.arrays);
    const bytes = arrays.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
    if (bytes > mostResidentBytes) {
      const feed = (rows: Uint32Array) =>
        Object.fromEntries(
          arrays.map(([name, { data, shape }]) => [name, gatherRows(data, sizeOf(shape), rows)]),
        );
      return { samples, feed, dispose() {} };
    }
    const resident = new Map<string, ResidentData>();
    for (const [name, { data, shape }] of arrays)
      resident.set(name, await this.backend.upload(data, sizeOf(shape)));
    return {
      samples,
      feed: (rows) => Object.fromEntries([...resident].map(([name, data]) => [name, { data, rows }])),
      dispose: () => {
        for (const data of resident.values()) data.dispose();
      },
    };
  }

  /**
   * Takes optimizer steps, one for each `batch` of `rows`.
   *
   * @param scalars the optimizers' numbers for a step, which counts from 1
   * @returns the outputs of every step; fewer steps than asked for if a loss was not finite
   */
  async takeSteps(
    { graph, executable }: Prepared,
    source: SampleSource,
    rows: Uint32Array,
    batch: number,
    scalars: (step: number) => Record<string, number>,
  ): Promise<RunResult> {
    const steps = rows.length / batch;
    const inputs: Record<string, Feed> = { ...source.feed(rows), ...this.drawKeys(graph, steps) };
    if (graph.draws.length > 0) inputs.samples = Int32Array.from(rows, (row) => row + source.samples.first);
    const numbers = Array.from({ length: steps }, (_, i) => scalars(this.step + i + 1));
    for (const name of graph.scalars)
      inputs[`optimizer/${name}`] = Float32Array.from(numbers, (s) => s[name]);
    const result = await this.run(executable, { steps, inputs, guard: "loss" });
    this.step += result.steps;
    return result;
  }

  /** Two words for each random draw and step: they depend on the seed, the draw's name and the step. */
  private drawKeys({ draws }: ProgramGraph, steps: number): Record<string, Int32Array> {
    const keys: Record<string, Int32Array> = {};
    for (const name of draws) {
      const key = randomKey(this.seed, name);
      keys[name] = new Int32Array(steps * 2);
      for (let i = 0; i < steps; i++) keys[name].set(threefry(key, this.step + i, 0), i * 2);
    }
    return keys;
  }
}
