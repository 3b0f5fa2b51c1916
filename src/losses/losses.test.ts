import { afterAll, describe, expect, test } from "vitest";
import type { Backend } from "../backends/contract.ts";
import { createReference } from "../backends/reference/reference.ts";
import { WasmBackend } from "../backends/wasm/wasm.ts";
import { lower } from "../compiler/lower.ts";
import { loadNamed } from "../core/name-table.ts";
import { createRandom } from "../core/random.ts";
import { gradients } from "../graph/gradients.ts";
import { Graph } from "../graph/graph.ts";
import * as layers from "../layers/index.ts";
import { loadModel } from "../training/load-model.ts";
import { sequential } from "../training/sequential.ts";
import { type LossCase, lossCases } from "./cases.ts";
import * as losses from "./index.ts";
import type { Loss } from "./loss.ts";
import { lossMakers } from "./makers.ts";
import { reduceLoss } from "./reduce-loss.ts";
import { lossTable } from "./table.ts";

const reference = createReference();
const wasm = new WasmBackend({ threads: 2 });
afterAll(() => wasm.dispose());

const random = createRandom(2, "losses");
const [rows, classes] = [5, 4];

/** Labels and outputs of a kind, [5, 4]; one class is labelled in each row of classes. */
function samplesOf(kind: LossCase["kind"]): { y: Float32Array; p: Float32Array } {
  const labels = Array.from({ length: rows }, () => random.below(classes));
  const isOneHot = kind === "classes" || kind === "logits";
  const y = Float32Array.from({ length: rows * classes }, (_, i) => {
    if (isOneHot) return labels[Math.floor(i / classes)] === i % classes ? 1 : 0;
    if (kind === "bits") return i % 3 === 0 ? 1 : 0;
    return kind === "counts" ? 1 + random.below(4) : random.normal();
  });
  const p = Float32Array.from({ length: rows * classes }, () =>
    kind === "numbers" || kind === "logits" ? random.normal() : 0.05 + 0.9 * random.uniform(),
  );
  return { y, p };
}

/** The loss, and its gradient with respect to the outputs. */
async function run(loss: Loss, y: Float32Array, p: Float32Array, backend: Backend) {
  const graph = new Graph();
  const isSparse = loss.labels === "classes";
  const labels = graph.input("y", isSparse ? [rows] : [rows, classes], isSparse ? "int32" : "float32");
  const output = graph.input("p", [rows, classes]);
  const value = reduceLoss(loss, labels, { output });
  graph.output("loss", value);
  if (value.shape.length === 0) graph.output("gradient", gradients(value, [output])[0]);
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const numbers = Int32Array.from({ length: rows }, (_, i) => y.subarray(i * classes).indexOf(1));
  const { outputs } = await executable.run({ steps: 1, inputs: { y: isSparse ? numbers : y, p } });
  return { loss: outputs.loss, gradient: outputs.gradient };
}

const rowsOf = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from(values).slice(i * classes, (i + 1) * classes));
const meanOf = ({ of }: LossCase, y: Float32Array, p: ArrayLike<number>): number =>
  rowsOf(y).reduce((total, labels, i) => total + of(labels, rowsOf(p)[i]), 0) / rows;

describe.each(lossCases)("$title", (lossRow) => {
  const { make, of, kind } = lossRow;
  const { y, p } = samplesOf(kind);

  test.each([reference, wasm])("is on $name what its formula says, with its gradient", async (backend) => {
    const { loss, gradient } = await run(make(), y, p, backend);
    expect(loss[0] / meanOf(lossRow, y, p)).toBeCloseTo(1, 5);
    const step = 1e-4;
    for (const i of p.keys()) {
      const moved = (by: number) => Float64Array.from(p, (value, j) => (i === j ? value + by : value));
      const slope = (meanOf(lossRow, y, moved(step)) - meanOf(lossRow, y, moved(-step))) / (2 * step);
      expect(Math.abs(gradient[i] - slope)).toBeLessThan(2e-4 * Math.max(1, Math.abs(slope)));
    }
  });

  test("is reduced as its option says", async () => {
    const maker = (await loadNamed("test", lossMakers, make().name)) as (options: object) => Loss;
    const reduced = (reduction: string) => run(maker({ ...make().options, reduction }), y, p, wasm);
    const each = rowsOf(y).map((labels, i) => of(labels, rowsOf(p)[i]));
    const { loss } = await reduced("none");
    for (const [i, value] of each.entries()) expect(loss[i] / value).toBeCloseTo(1, 4);
    const total = each.reduce((a, b) => a + b, 0);
    expect((await reduced("sum")).loss[0] / total).toBeCloseTo(1, 4);
    expect((await reduced("mean_with_sample_weight")).loss[0] / total).toBeCloseTo(1 / rows, 4);
  });

  test("refuses options that do not exist or make no sense", async () => {
    const maker = (await loadNamed("test", lossMakers, make().name)) as (options: object) => Loss;
    expect(() => maker({ reductoin: "sum" })).toThrow('Did you mean "reduction"?');
    expect(() => maker({ reduction: "summ" })).toThrow('Did you mean "sum"?');
  });

  test("trains a model, and is saved with it", async () => {
    const isProbability = kind !== "numbers" && kind !== "logits";
    const model = sequential(
      [layers.dense({ units: classes, activation: isProbability ? "sigmoid" : "linear", inputShape: [3] })],
      { seed: 3, backend: "reference" },
    );
    const x = Float32Array.from({ length: rows * 3 }, () => random.normal());
    const labels = make().labels === "classes" ? rowsOf(y).map((row) => row.indexOf(1)) : y;
    model.compile({ optimizer: "sgd", loss: make() });
    const before = await model.evaluate({ x, y: labels });
    await model.trainOnBatch(x, labels);
    expect((await model.evaluate({ x, y: labels })).loss).toBeLessThan(before.loss);
    const copy = await loadModel(await model.serialize(), { backend: "reference" });
    expect((await copy.evaluate({ x, y: labels })).loss).toBeCloseTo(
      (await model.evaluate({ x, y: labels })).loss,
      6,
    );
  });
});

test("every loss has a row and a name", async () => {
  const names = Object.keys(losses).sort();
  expect([...new Set(lossCases.map(({ make }) => make().name))].sort()).toEqual(names);
  for (const { common, further, load } of [lossTable, lossMakers]) {
    expect(Object.keys(await load()).sort()).toEqual([...further].sort());
    expect([...Object.keys(common), ...further].sort()).toEqual(names);
  }
});

describe("classes along another axis, and classes that do not count", () => {
  const { p } = samplesOf("classes");

  test("the axis may be any", async () => {
    /* The same numbers as [classes, rows] along axis 0, for which labels are [rows]. */
    const turned = Float32Array.from(p, (_, i) => p[(i % rows) * classes + Math.floor(i / rows)]);
    const labels = Int32Array.of(0, 3, 1, 2, 2);
    const value = async (axis: number, shape: number[], output: Float32Array) => {
      const graph = new Graph();
      const loss = losses.sparseCategoricalCrossentropy({ axis });
      graph.output(
        "loss",
        reduceLoss(loss, graph.input("y", [rows], "int32"), { output: graph.input("p", shape) }),
      );
      const executable = await wasm.prepare(await lower(graph, wasm.tables));
      return (await executable.run({ steps: 1, inputs: { y: labels, p: output } })).outputs.loss[0];
    };
    expect(await value(0, [classes, rows], turned)).toBeCloseTo(await value(-1, [rows, classes], p), 6);
  });

  test("models take labels without the axis, and leave out what is ignored", async () => {
    const loss = losses.sparseCategoricalCrossentropy({ axis: 1, ignoreClass: 255, fromLogits: true });
    const model = sequential([layers.reshape({ targetShape: [3, 2], inputShape: [6] })], { seed: 1 });
    model.compile({ optimizer: "sgd", loss });
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 0, 0, 1, 1, 2, 2);
    const { loss: value } = await model.evaluate({ x, y: Int32Array.of(0, 255, 2, 1) });
    const logits: [number[], number][] = [
      [[1, 3, 5], 0],
      [[0, 1, 2], 2],
      [[0, 1, 2], 1],
    ];
    const expected = logits.map(([z, c]) => Math.log(z.reduce((a, b) => a + Math.exp(b), 0)) - z[c]);
    expect(value).toBeCloseTo(expected.reduce((a, b) => a + b, 0) / 3, 5);
    await expect(model.evaluate({ x, y: Int32Array.of(0, 3, 2, 1) })).rejects.toThrow(
      "expected class numbers from 0 to 2, got 3 for sample 0",
    );
  });
});
