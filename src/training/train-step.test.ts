import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import * as ops from "../ops.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Callback } from "./callback.ts";
import type { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";
import { sequential } from "./sequential.ts";
import { type TrainStep, trainStep } from "./train-step.ts";

afterAll(() => disposeBackends());

const random = createRandom(1, "train-step");
/** Points around (2, −1). */
const points = Float32Array.from({ length: 128 }, (_, i) => (i % 2 === 0 ? 2 : -1) + 0.1 * random.normal());

/** −log σ(x), without overflow. */
const softplus = (x: Parameters<typeof ops.exp>[0]) =>
  ops.add(ops.log(ops.add(1, ops.exp(ops.negate(ops.abs(x))))), ops.maximum(x, 0));

/** @param between layers of the discriminator; with batch normalization it cannot see where a whole batch lies */
function adversaries(
  options: ModelOptions = {},
  between = [layers.batchNormalization()],
): {
  generator: Model;
  discriminator: Model;
  step: TrainStep;
} {
  const generator = sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 1, ...options });
  const discriminator = sequential(
    [layers.dense({ units: 8, activation: "tanh", inputShape: [2] }), ...between, layers.dense({ units: 1 })],
    { seed: 2, ...options },
  );
  const step = trainStep({
    models: { generator, discriminator },
    optimizers: { generator: adam({ learningRate: 0.02 }), discriminator: adam({ learningRate: 0.02 }) },
    samples: { point: [2] },
    seed: 7,
    losses({ samples, models, normal, report }) {
      const made = models.generator(normal([3]));
      const [real, fake] = [models.discriminator(samples.point), models.discriminator(made)];
      report("madeMean", ops.reduceMean(made));
      return {
        generator: ops.reduceMean(softplus(ops.negate(fake))),
        discriminator: ops.reduceMean(ops.add(softplus(ops.negate(real)), softplus(fake))),
      };
    },
  });
  return { generator, discriminator, step };
}

describe("a step of one's own", () => {
  test("trains two models against each other, with its own reports", async () => {
    const { generator, step } = adversaries({}, []);
    const { logs } = await step.fit({ point: points }, { epochs: 60, batchSize: 32 });
    expect(Object.keys(logs).sort()).toEqual(["discriminatorLoss", "generatorLoss", "loss", "madeMean"]);
    const z = Float32Array.from({ length: 300 }, () => random.normal());
    const { data } = await generator.predict(z);
    const mean = [0, 1].map((axis) => data.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b, 0) / 100);
    expect(mean[0]).toBeGreaterThan(1);
    expect(mean[1]).toBeLessThan(0);
  });

  test("gives each model the gradient of its own loss only, all from the weights before the step", async () => {
    const make = () =>
      sequential([layers.dense({ units: 1, useBias: false, kernelInitializer: "ones", inputShape: [1] })]);
    const [a, b] = [make(), make()];
    const step = trainStep({
      models: { a, b },
      optimizers: { a: sgd({ learningRate: 0.1 }), b: sgd({ learningRate: 0.01 }) },
      samples: { x: [1] },
      losses({ samples, models }) {
        const product = ops.reduceMean(models.b(models.a(samples.x)));
        return { a: product, b: ops.multiply(product, 2) };
      },
    });
    await step.fit({ x: [3] });
    expect((await a.getWeights())[0].data[0]).toBeCloseTo(1 - 0.1 * 3, 6);
    expect((await b.getWeights())[0].data[0]).toBeCloseTo(1 - 0.01 * 6, 6);
  });

  test("moves statistics once for each use, keeps models without an optimizer, and is the same on threads", async () => {
    const hashes = new Set<string>();
    for (const threads of [1, 3]) {
      const { discriminator, generator, step } = adversaries({ threads });
      const before = (await discriminator.getWeights())[4].data;
      await step.fit({ point: points }, { epochs: 2, batchSize: 30 });
      expect((await discriminator.getWeights())[4].data).not.toEqual(before);
      hashes.add((await generator.weightsSha256()) + (await discriminator.weightsSha256()));
    }
    expect(hashes.size).toBe(1);
    const still = adversaries();
    const judge = trainStep({
      models: { generator: still.generator, discriminator: still.discriminator },
      optimizers: { discriminator: "sgd" },
      samples: { z: [3] },
      losses: ({ samples, models }) => ({
        discriminator: ops.reduceMean(models.discriminator(models.generator(samples.z))),
      }),
    });
    const before = await still.generator.weightsSha256();
    await judge.fit({ z: points.subarray(0, 60) });
    expect(await still.generator.weightsSha256()).toBe(before);
  });

  test("goes on from a checkpoint to the same bits", async () => {
    const run = async (callbacks: readonly Callback[], epochs: number) => {
      const { generator, discriminator, step } = adversaries();
      await step.fit({ point: points }, { epochs, batchSize: 30, callbacks });
      return (await generator.weightsSha256()) + (await discriminator.weightsSha256());
    };
    let bytes = new Uint8Array();
    const keep: Callback = {
      async onTrainEnd(_history, control) {
        bytes = Uint8Array.from(await control.checkpoint());
      },
    };
    await run([keep], 2);
    const resumed = await run([{ onTrainBegin: (control) => control.restore(bytes) }], 4);
    expect(resumed).toBe(await run([], 4));
  });

  test("refuses what does not fit together", async () => {
    const { generator, discriminator, step } = adversaries();
    const options = { models: { generator, discriminator }, samples: { point: [2] } };
    expect(() => trainStep({ ...options, optimizers: { generato: "adam" }, losses: () => ({}) })).toThrow(
      'trainStep, optimizers: expected the name of a model, got "generato". Did you mean "generator"?',
    );
    const missing = trainStep({ ...options, optimizers: { generator: "adam" }, losses: () => ({}) });
    await expect((async () => missing.fit({ point: points }))()).rejects.toThrow(
      "trainStep, losses: expected a loss for each of generator, got none.",
    );
    await expect((async () => step.fit({ point: [1, 2, 3] }))()).rejects.toThrow("a multiple of 2 numbers");
    const other = adversaries({ backend: "reference" }).generator;
    const mixed = trainStep({
      models: { generator: other, discriminator },
      optimizers: { generator: "adam" },
      samples: { point: [2] },
      losses: () => ({}),
    });
    await expect((async () => mixed.fit({ point: points }))()).rejects.toThrow(
      "expected models on one backend",
    );
    await expect(step.save()).rejects.toThrow("Save each of them");
  });
});
