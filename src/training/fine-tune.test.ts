import { afterAll, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import * as layers from "../layers/index.ts";
import { fineTune } from "./fine-tune.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

const count = 128;
const x = Float32Array.from({ length: 4 * count }, (_, i) => ((i * 7919) % 101) / 50 - 1);
const y = Uint8Array.from({ length: count }, (_, n) => Number(x[4 * n] + x[4 * n + 1] > 0));

function build() {
  const base = sequential(
    [
      layers.dense({ units: 8, activation: "tanh", inputShape: [4] }),
      layers.dense({ units: 8, activation: "tanh" }),
    ],
    { seed: 1, name: "base" },
  );
  const model = sequential(
    [base.toLayer(), layers.dense({ units: 2, activation: "softmax", name: "head" })],
    {
      seed: 1,
    },
  );
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

test("the body stays to the bit while the head is trained, then first layers learn slowest", async () => {
  const model = build();
  const before = await model.getWeights();
  const during: Float32Array[][] = [];
  let learnt = 0;
  const watch = {
    onEpochEnd: async () => {
      during.push((await model.getWeights()).map(({ data }) => data.slice()));
      learnt++;
    },
  };
  const { head, whole } = await fineTune(model, { x, y }, { headEpochs: 2, epochs: 3, callbacks: [watch] });
  expect(learnt).toBe(5);
  for (const i of [0, 1, 2, 3]) expect(during[1][i]).toEqual(before[i].data);
  expect(during[1][4]).not.toEqual(before[4].data);
  const moved = (i: number) => Math.max(...during[4][i].map((value, j) => Math.abs(value - during[1][i][j])));
  expect(moved(0)).toBeGreaterThan(0);
  expect(moved(2) / moved(0)).toBeGreaterThan(3);
  expect(moved(4) / moved(2)).toBeGreaterThan(3);
  expect(head.epoch.length + whole.epoch.length).toBe(5);
  expect(whole.accuracy.length).toBe(3);
  expect(model.layers.every((layer) => layer.trainable)).toBe(true);
});

test.each([
  { options: { epochs: 0 }, message: "epochs to be a whole number ≥ 1, got 0" },
  { options: { headEpochs: 0.5 }, message: "headEpochs to be a whole number ≥ 1, got 0.5" },
  { options: { spread: 0 }, message: "spread to be at least 1, got 0" },
  { options: { head: "haed" }, message: 'Did you mean "head"?' },
  { options: { heads: "x" }, message: 'Did you mean "head"?' },
])("$message", async ({ options, message }) => {
  await expect(fineTune(build(), { x, y }, options as never)).rejects.toThrow(message);
});
