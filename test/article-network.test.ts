import { disposeBackends, optimizers } from "convnet";
import { afterAll, describe, expect, test } from "vitest";
import { WasmBackend } from "../src/backends/wasm/wasm.ts";
import { lower } from "../src/compiler/lower.ts";
import { createRandom } from "../src/core/random.ts";
import { Graph, type State } from "../src/graph/graph.ts";
import { articleNetwork } from "./article-network.ts";
import { lossAndGradients } from "./float64-network.ts";

afterAll(() => disposeBackends());

const random = createRandom(5, "images");
const images = Array.from({ length: 6 }, () =>
  Float64Array.from({ length: 784 }, () => Math.fround(random.uniform())),
);
const labels = images.map(() => random.below(10));

/** √Σ(a − b)² / √Σb² */
function relativeL2(actual: ArrayLike<number>, expected: Float64Array): number {
  const difference = expected.reduce((sum, value, i) => sum + (actual[i] - value) ** 2, 0);
  return Math.sqrt(difference / expected.reduce((sum, value) => sum + value ** 2, 0));
}

describe("one step of the article's network", () => {
  test.each(["wasm", "reference"] as const)(
    "has the gradients of an independent implementation (%s)",
    async (backend) => {
      const few = backend === "reference" ? 2 : images.length;
      const x = Float32Array.from(images.slice(0, few).flatMap((image) => [...image]));
      const model = articleNetwork({ seed: 3, backend });
      /* With plain gradient descent at a rate of 2¹⁰ the weights' change is the gradient, exactly scaled. */
      const rate = 1024;
      model.compile({
        optimizer: optimizers.sgd({ learningRate: rate }),
        loss: "sparseCategoricalCrossentropy",
      });
      const before = await model.getWeights();
      const expected = lossAndGradients(
        { arrays: before.map(({ data }) => Float64Array.from(data)) },
        images.slice(0, few),
        labels,
      );
      const { loss } = await model.trainOnBatch(x, labels.slice(0, few));
      expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-6);
      const after = await model.getWeights();
      for (const [i, { name, data }] of before.entries()) {
        const gradient = data.map((value, j) => (value - after[i].data[j]) / rate);
        expect(relativeL2(gradient, expected.gradients[i]), name).toBeLessThanOrEqual(1e-5);
      }
      await model.dispose();
    },
  );
});

test("twenty Adam updates on recorded gradients agree with float64", async () => {
  const size = 50;
  const steps = 20;
  const normal = createRandom(6, "gradients");
  const initial = Float32Array.from({ length: size }, () => normal.normal());
  const gradients = Float32Array.from({ length: size * steps }, () => normal.normal() * 0.1);
  const adam = optimizers.adam();

  const w = Float64Array.from(initial);
  const m = new Float64Array(size);
  const v = new Float64Array(size);
  for (let t = 1; t <= steps; t++) {
    for (let i = 0; i < size; i++) {
      const g = gradients[(t - 1) * size + i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      w[i] -= ((0.001 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t)) * (m[i] / (Math.sqrt(v[i]) + 1e-7));
    }
  }

  const backend = new WasmBackend({ threads: 2 });
  const stateOf = (path: string, numbers: Float32Array): State => ({
    path,
    shape: [size],
    initialize: () => numbers,
  });
  const states = new Map(["m", "v"].map((name) => [name, stateOf(name, new Float32Array(size))]));
  const parameter = stateOf("parameter", initial);
  const graph = new Graph();
  const slot = (name: string): State => states.get(name) as State;
  graph.update(
    parameter,
    adam.write({
      path: "parameter",
      parameter: graph.state(parameter),
      gradient: graph.input("gradient", [size]),
      slot: (name) => graph.state(slot(name)),
      keep: (name, value) => graph.update(slot(name), value),
      scalar: (name) => graph.input(name, []),
    }),
  );
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const rate = Float32Array.from({ length: steps }, (_, i) => adam.scalars(i + 1, 0.001).rate);
  await executable.run({ steps, inputs: { gradient: gradients, rate } });
  const actual = await backend.readState(parameter);
  for (const [i, value] of w.entries()) expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(1e-6);
  await backend.dispose();
});
