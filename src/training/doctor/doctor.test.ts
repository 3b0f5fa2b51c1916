import { afterAll, expect, test } from "vitest";
import { disposeBackends } from "../../backends/choose-backend.ts";
import * as layers from "../../layers/index.ts";
import type { Layer } from "../../layers/layer.ts";
import * as losses from "../../losses/index.ts";
import type { CompileOptions } from "../compile.ts";
import type { ArrayData } from "../samples.ts";
import { sequential } from "../sequential.ts";
import type { Finding } from "./finding.ts";

afterAll(() => disposeBackends());

const count = 60;
const shape = [4];
const x = Float32Array.from({ length: count * 4 }, (_, i) => ((i * 37) % 23) / 23);
const y = Uint8Array.from({ length: count }, (_, n) => n % 3);
const oneHot = Float32Array.from({ length: count * 3 }, (_, i) => Number(i % 3 === y[Math.floor(i / 3)]));
const classes = "sparseCategoricalCrossentropy";

interface Patient {
  readonly id: Finding["id"];
  readonly severity: Finding["severity"];
  readonly loss?: NonNullable<CompileOptions["loss"]>;
  readonly chain?: () => Layer[];
  readonly data?: Partial<{ x: ArrayData["x"]; y: ArrayData["y"] }>;
  /** Part of what is said. */
  readonly says: string;
}

const healthy = () => [
  layers.dense({ units: 16, activation: "relu", inputShape: shape }),
  layers.dense({ units: 3, activation: "softmax" }),
];

function modelOf({ loss = classes, chain = healthy }: Pick<Patient, "loss" | "chain">) {
  const model = sequential(chain(), { seed: 1 });
  model.compile({ optimizer: "sgd", loss });
  return model;
}

const patients: Patient[] = [
  { id: "inputsUnscaled", severity: "warning", data: { x: x.map((v) => v * 255) }, says: "from 0 to 244" },
  {
    id: "inputsNotFinite",
    severity: "error",
    data: { x: x.map((v, i) => (i === 9 ? Number.NaN : v)) },
    says: "NaN as number 9",
  },
  { id: "inputsConstant", severity: "error", data: { x: x.map(() => 2) }, says: "nothing but 2" },
  {
    id: "inputsScaledTwice",
    severity: "warning",
    chain: () => [layers.rescaling({ scale: 1 / 255, inputShape: shape }), ...healthy()],
    says: "rescales them again",
  },
  { id: "labelsOneHot", severity: "error", data: { y: oneHot }, says: "3 numbers a sample" },
  { id: "labelsInteger", severity: "error", loss: "categoricalCrossentropy", says: "1 numbers a sample" },
  { id: "labelsShape", severity: "error", data: { y: y.subarray(0, 30) }, says: "0.5 numbers a sample" },
  { id: "labelsOutOfRange", severity: "error", data: { y: y.map((v) => v + 1) }, says: "label 3 at 2" },
  { id: "oneClassOnly", severity: "error", data: { y: y.map(() => 1) }, says: "all labels are 1" },
  { id: "classMissing", severity: "warning", data: { y: y.map((v) => v % 2) }, says: "no sample of class 2" },
  {
    id: "classImbalance",
    severity: "warning",
    data: { y: y.map((v, i) => (i < 6 ? v : 0)) },
    says: "56 samples of class 0, 2 of class 1",
  },
  {
    id: "classImbalance",
    severity: "warning",
    loss: "categoricalCrossentropy",
    data: { y: oneHot.map((_, i) => Number(i % 3 === (i < 15 ? Math.floor(i / 3) % 3 : 2))) },
    says: "of class 2",
  },
  {
    id: "probabilitiesAsLogits",
    severity: "error",
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    says: "fromLogits: true",
  },
  {
    id: "logitsAsProbabilities",
    severity: "error",
    chain: () => [layers.dense({ units: 3, inputShape: shape })],
    says: "no probabilities",
  },
];

test.each(patients)("$id", async ({ id, severity, data, says, ...how }) => {
  const findings = await modelOf(how).doctor({ x, y, ...data } as ArrayData);
  const found = findings.find((finding) => finding.id === id);
  expect(found, JSON.stringify(findings)).toMatchObject({ severity });
  expect(found?.seen).toContain(says);
  expect(found?.advice.length).toBeGreaterThan(20);
});

test("relus that are 0 for all samples", async () => {
  const model = modelOf({});
  const weights = await model.getWeights();
  weights[1].data.fill(-50);
  await model.setWeights(weights);
  const found = (await model.doctor({ x, y })).find(({ id }) => id === "deadRelus");
  expect(found).toMatchObject({ severity: "warning", where: "dense" });
  expect(found?.seen).toContain("16 of 16 channels");
});

test("weights that are no numbers", async () => {
  const model = modelOf({});
  const weights = await model.getWeights();
  weights[2].data[0] = Number.NaN;
  await model.setWeights(weights);
  expect((await model.doctor({ x, y }))[0]).toMatchObject({
    id: "weightsNotFinite",
    where: "dense_1/kernel",
  });
});

test("a loss that stays at that of guessing", async () => {
  const model = sequential([
    layers.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros", inputShape: shape }),
  ]);
  model.compile({ optimizer: "sgd", loss: classes });
  expect(await model.doctor({ x, y })).toMatchObject([{ id: "outputsConstant" }]);
  model.learningRate = 1e-9;
  await model.fit({ x, y }, { epochs: 60, batchSize: 60 });
  const ids = (await model.doctor({ x, y })).map(({ id }) => id);
  expect(ids).toContain("lossStuckAtChance");
});

test("finds nothing where nothing is wrong, and changes nothing", async () => {
  const model = modelOf({});
  const before = await model.weightsSha256();
  expect(await model.doctor({ x, y })).toEqual([]);
  expect(await modelOf({ loss: "categoricalCrossentropy" }).doctor({ x, y: oneHot })).toEqual([]);
  const pixels = Uint8Array.from(x, (value) => value * 255);
  expect(await model.doctor({ x: pixels, y })).toEqual([]);
  expect(await model.weightsSha256()).toBe(before);
});
