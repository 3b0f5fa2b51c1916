import { afterAll, describe, expect, test } from "vitest";
import type { Backend } from "../backends/contract.ts";
import { createReference } from "../backends/reference/reference.ts";
import { WasmBackend } from "../backends/wasm/wasm.ts";
import { lower } from "../compiler/lower.ts";
import { loadNamed } from "../core/name-table.ts";
import { createRandom } from "../core/random.ts";
import { Graph, type State } from "../graph/graph.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { rateAt } from "../schedules/schedule.ts";
import { writeUpdates } from "../training/update-graph.ts";
import { adamRule, optimizerCases } from "./cases.ts";
import { extendOptimizer } from "./extend.ts";
import * as optimizers from "./index.ts";
import { optimizerMakers } from "./makers.ts";
import type { Optimizer } from "./optimizer.ts";
import { optimizerTable } from "./table.ts";

const reference = createReference();
const wasm = new WasmBackend({ threads: 2 });
afterAll(() => wasm.dispose());

const random = createRandom(1, "optimizers");
const steps = 8;
const initial = Float32Array.from({ length: 12 }, () => random.normal());
const gradients = Float32Array.from({ length: 12 * steps }, () => random.normal());

interface Weight {
  readonly path: string;
  readonly shape: readonly number[];
}

/** The weights, and their averages if they are kept, after every step on the same gradients. */
async function run(optimizer: Optimizer, weights: readonly Weight[], backend: Backend) {
  const extended = extendOptimizer(optimizer);
  const graph = new Graph();
  const states = weights.map(
    ({ path, shape }): State => ({ path, shape, initialize: () => initial.slice() }),
  );
  /* The gradient of Σ weight · gradient. */
  const losses = states.map((state, i) =>
    reduceSum(multiply(graph.state(state), graph.input(`gradient${i}`, state.shape))),
  );
  const network = states.map((state) => ({ path: state.path, name: "w", state, trainable: true }));
  const names = writeUpdates(graph, network, { optimizer: extended, slots: new Map() }, losses.reduce(add));
  for (const [i, state] of states.entries()) {
    const value = graph.updates.get(state);
    if (value) graph.output(`w${i}`, value);
    const average = extended.averages?.get(state);
    const kept = average && graph.updates.get(average);
    if (kept) graph.output(`average${i}`, kept);
  }
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const numbers = Array.from({ length: steps }, (_, i) =>
    extended.scalars(i + 1, rateAt(optimizer.learningRate, i)),
  );
  const inputs: Record<string, Float32Array> = {};
  for (const i of states.keys()) inputs[`gradient${i}`] = gradients;
  for (const name of names) inputs[`optimizer/${name}`] = Float32Array.from(numbers, (each) => each[name]);
  const { outputs } = await executable.run({ steps, inputs });
  return outputs;
}

const one = (shape: readonly number[] = [12]): Weight[] => [{ path: "dense/kernel", shape }];
const gradientOf = (step: number): Float64Array =>
  Float64Array.from(gradients.subarray(step * 12, (step + 1) * 12));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i])));
}

describe.each(optimizerCases)("$title", ({ make, rule, shape, name }) => {
  test.each([
    { backend: reference, tolerance: 1e-5 },
    { backend: wasm, tolerance: 2e-5 },
  ])("does on $backend.name what its formulas say", async ({ backend, tolerance }) => {
    const w = Float64Array.from(initial);
    const step = rule();
    const expected: number[] = [];
    for (let t = 1; t <= steps; t++) {
      step(w, gradientOf(t - 1), t);
      expected.push(...w);
    }
    const { w0 } = await run(make(), one(shape), backend);
    expectClose(w0, expected, tolerance);
  });

  test("is made again of its name and options", async () => {
    const { options } = make();
    const maker = await loadNamed("test", optimizerMakers, name);
    const again = maker(JSON.parse(JSON.stringify(options)) as never);
    expect(again.options).toEqual(options);
    expect(await run(again, one(shape), wasm)).toEqual(await run(make(), one(shape), wasm));
  });

  test("refuses options that do not exist or make no sense", async () => {
    const maker = (await loadNamed("test", optimizerMakers, name)) as (options: object) => Optimizer;
    expect(() => maker({ learningRat: 1 })).toThrow('Did you mean "learningRate"?');
    for (const bad of [{ learningRate: 0 }, { learningRate: "fast" }, { clipNorm: -1 }, { useEma: 1 }])
      expect(() => maker(bad)).toThrow(`optimizers.${name}: expected ${Object.keys(bad)[0]} to be`);
  });
});

test("every optimizer has a row and a name", async () => {
  const names = Object.keys(optimizers).sort();
  expect([...new Set(optimizerCases.map(({ name }) => name))].sort()).toEqual(names);
  for (const { common, further, load } of [optimizerTable, optimizerMakers]) {
    expect(Object.keys(await load()).sort()).toEqual([...further].sort());
    expect([...Object.keys(common), ...further].sort()).toEqual(names);
  }
});

describe("what all optimizers can do", () => {
  const sgd = (options: optimizers.SgdOptions): Optimizer =>
    optimizers.sgd({ learningRate: 0.1, ...options });
  const norm = (values: Float64Array): number => Math.sqrt(values.reduce((a, b) => a + b * b, 0));
  /** Weights after every step of plain descent along changed gradients. */
  const descent = (change: (g: Float64Array, t: number) => Float64Array): number[] => {
    const w = Float64Array.from(initial);
    return Array.from({ length: steps }, (_, t) => {
      const g = change(gradientOf(t), t);
      for (let i = 0; i < 12; i++) w[i] -= 0.1 * g[i];
      return [...w];
    }).flat();
  };

  test.each([
    { options: { clipNorm: 1.5 }, of: (g: Float64Array) => Math.min(1, 1.5 / norm(g)) },
    { options: { globalClipNorm: 1.5 }, of: (g: Float64Array) => Math.min(1, 1.5 / (norm(g) * Math.SQRT2)) },
    { options: { lossScaleFactor: 1024 }, of: () => 1 },
  ])("$options", async ({ options, of }) => {
    const two = [...one(), { path: "dense/bias", shape: [3, 4] }];
    const { w0, w1 } = await run(sgd(options), two, wasm);
    const expected = descent((g) => g.map((value) => value * of(g)));
    expectClose(w0, expected, 1e-5);
    expectClose(w1, expected, 1e-5);
  });

  test("clipValue bounds every element", async () => {
    const expected = descent((g) => g.map((value) => Math.max(-0.5, Math.min(0.5, value))));
    expectClose((await run(sgd({ clipValue: 0.5 }), one(), wasm)).w0, expected, 1e-5);
  });

  test("weight decay comes before the step and leaves out what is excluded", async () => {
    const options = { weightDecay: 0.5, excludeFromWeightDecay: ["bias"] };
    const { w0, w1 } = await run(sgd(options), [...one(), { path: "dense/bias", shape: [12] }], wasm);
    const w = Float64Array.from(initial);
    for (let t = 0; t < steps; t++)
      for (const [i, g] of gradientOf(t).entries()) w[i] = w[i] * (1 - 0.05) - 0.1 * g;
    expectClose(Array.from(w0).slice(-12), w, 1e-5);
    expectClose(
      w1,
      descent((g) => g),
      1e-5,
    );
  });

  test("learning rates are multiplied by path, the longest beginning first", async () => {
    const learningRateMultipliers = { dense: 0.5, "dense/bias": 0, den: 7 };
    const two = [...one(), { path: "dense/bias", shape: [12] }];
    const { w0, w1 } = await run(sgd({ learningRateMultipliers }), two, wasm);
    expectClose(
      w0,
      descent((g) => g.map((value) => value / 2)),
      1e-5,
    );
    expectClose(Array.from(w1).slice(-12), initial, 0);
  });

  test("gradients are averaged over several batches, and slots change with the weights only", async () => {
    const every = optimizers.adam({ learningRate: 0.1, gradientAccumulationSteps: 4 });
    const { w0 } = await run(every, one(), wasm);
    const means = [0, 4].map((from) =>
      gradientOf(from).map((_, i) => [0, 1, 2, 3].reduce((a, t) => a + gradientOf(from + t)[i], 0) / 4),
    );
    const w = Float64Array.from(initial);
    const rule = adamRule(0.1, 0.9, 0.999, 1e-7)();
    const expected = Array.from({ length: steps }, (_, t) => {
      if (t % 4 === 3) rule(w, means[(t - 3) / 4], (t + 1) / 4);
      return [...w];
    }).flat();
    expectClose(w0, expected, 1e-5);
  });

  test("averages of the weights follow them, begin with the first, and overwrite them", async () => {
    const { w0, average0 } = await run(
      sgd({ useEma: true, emaMomentum: 0.7, emaOverwriteFrequency: 3 }),
      one(),
      wasm,
    );
    const w = Float64Array.from(initial);
    const average = new Float64Array(12);
    for (let t = 0; t < steps; t++) {
      for (const [i, g] of gradientOf(t).entries()) {
        w[i] -= 0.1 * g;
        average[i] = t === 0 ? w[i] : 0.7 * average[i] + 0.3 * w[i];
        if ((t + 1) % 3 === 0) w[i] = average[i];
      }
      expectClose(Array.from(w0).slice(t * 12, (t + 1) * 12), w, 1e-5);
      expectClose(Array.from(average0).slice(t * 12, (t + 1) * 12), average, 1e-5);
    }
  });

  test.each([
    [{ clipNorm: 1, clipValue: 1 }, "expected one of clipNorm, globalClipNorm, clipValue, got clipNorm and"],
    [{ gradientAccumulationSteps: 1 }, "gradientAccumulationSteps to be a whole number ≥ 2, got 1"],
    [{ emaMomentum: 1.5 }, "emaMomentum to be in [0, 1], got 1.5"],
    [{ learningRateMultipliers: { dense: -1 } }, "learningRateMultipliers to be numbers ≥ 0"],
    [{ excludeFromWeightDecay: "bias" as never }, "excludeFromWeightDecay to be a list of names"],
  ])("refuses %o", (options, message) => {
    expect(() => sgd(options)).toThrow(message);
  });
});
