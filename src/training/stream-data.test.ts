import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { createRandom } from "../core/random.ts";
import { dataset } from "../data/dataset.ts";
import { stream } from "../data/stream/stream.ts";
import * as layers from "../layers/index.ts";
import type { Callback } from "./callback.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

/** 4 × 4 bytes whose bright half is the class. */
function halves(count: number) {
  const random = createRandom(3, "halves");
  const y = Uint8Array.from({ length: count }, () => random.below(2));
  const x = Uint8Array.from({ length: count * 16 }, (_, i) => {
    const isBright = i % 4 < 2 === (y[Math.floor(i / 16)] === 0);
    return (isBright ? 120 : 0) + random.below(120);
  });
  return dataset({ x, y, sampleShape: [4, 4, 1] });
}
const data = halves(100);

function small(): Model {
  const model = sequential(
    [
      layers.flatten({ inputShape: [4, 4, 1] }),
      layers.dense({ units: 8, activation: "relu" }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 1, threads: 1 },
  );
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

describe("a stream of samples", () => {
  test.each([
    ["one by one", () => stream(data)],
    ["of unknown length", () => stream(() => stream(data))],
    ["in batches of another size", () => stream(data).batch(7)],
    ["read ahead", () => stream(data).prefetch(9)],
  ])("trains to the same bits as the same samples in memory: %s", async (_name, make) => {
    const [inMemory, streamed] = [small(), small()];
    const expected = await inMemory.fit(data, {
      epochs: 2,
      batchSize: 8,
      shuffle: false,
      validationData: data,
    });
    const history = await streamed.fit(make(), { epochs: 2, batchSize: 8, validationData: make() });
    expect(await streamed.weightsSha256()).toBe(await inMemory.weightsSha256());
    expect(history.loss).toEqual(expected.loss);
    expect(history.valLoss).toEqual(expected.valLoss);
    expect(history.valAccuracy).toEqual(expected.valAccuracy);
  });

  test("is measured and predicted as the same samples in memory are", async () => {
    const model = small();
    expect(await model.evaluate(stream(data))).toEqual(await model.evaluate(data));
    const { data: probabilities, shape } = await model.predict(stream(data).map(({ x }) => ({ x })));
    expect(shape).toEqual([100, 2]);
    expect(probabilities).toEqual((await model.predict(data.x)).data);
  });

  test("goes on after a break to the same bits, shuffled and cut into epochs of any length", async () => {
    for (const options of [
      { epochs: 4, batchSize: 8 },
      { epochs: 6, batchSize: 8, stepsPerEpoch: 5 },
    ]) {
      const samples = stream(data)
        .shuffle(30, 2)
        .map((sample) => sample);
      const whole = small();
      await whole.fit(samples, options);
      let steps = 0;
      let saved = new Uint8Array(0);
      const breakOff: Callback = {
        async onBatchEnd(_step, _logs, control) {
          steps++;
          if (steps !== 17) return;
          saved = Uint8Array.from(await control.checkpoint());
          control.stop();
        },
      };
      await small().fit(samples, { ...options, callbacks: [breakOff] });
      const later = small();
      const goOn: Callback = {
        async onTrainBegin(control) {
          await control.restore(saved);
        },
      };
      await later.fit(samples, { ...options, callbacks: [goOn] });
      expect(steps).toBe(17);
      expect(await later.weightsSha256()).toBe(await whole.weightsSha256());
    }
  });

  test("with stepsPerEpoch goes on from epoch to epoch, and begins anew at its end", async () => {
    const seen: number[] = [];
    const samples = stream(Array.from({ length: 10 }, (_, i) => i)).map((i) => {
      seen.push(i);
      return { x: data.x.subarray(i * 16, (i + 1) * 16), y: data.y[i] };
    });
    const history = await small().fit(samples, { epochs: 3, batchSize: 4, stepsPerEpoch: 2 });
    expect(history.epoch).toEqual([0, 1, 2]);
    expect(seen.slice(0, 24)).toEqual(Array.from({ length: 24 }, (_, i) => i % 10));
  });

  test("tells its length when it is known, and after the first epoch ends where it ends", async () => {
    const stepsSeen: number[] = [];
    const run = small().fit(
      stream(() => stream(data)),
      { epochs: 1, batchSize: 50 },
    );
    for await (const event of run) if (event.type === "progress") stepsSeen.push(event.steps);
    expect(stepsSeen).toContain(Number.POSITIVE_INFINITY);
    const known: number[] = [];
    for await (const event of small().fit(stream(data), { batchSize: 50 })) {
      if (event.type === "progress") known.push(event.steps);
    }
    expect(new Set(known)).toEqual(new Set([2]));
  });

  test("weighs classes by number", async () => {
    const [inMemory, streamed] = [small(), small()];
    const classWeight = { 0: 1, 1: 3 };
    await inMemory.fit(data, { batchSize: 8, shuffle: false, classWeight });
    await streamed.fit(stream(data), { batchSize: 8, classWeight });
    expect(await streamed.weightsSha256()).toBe(await inMemory.weightsSha256());
  });

  test.each([
    ["an endless stream", stream(data).repeat(), {}, "stepsPerEpoch, for a stream without end"],
    ["validationSplit", stream(data), { validationSplit: 0.1 }, "Use stream.split(share)"],
    ["balanced classes", stream(data), { classWeight: "balanced" } as const, "Give a number for each class"],
    ["no samples", stream([]), {}, "samples, got a stream of none"],
    ["a bad label", stream([{ x: data.x.subarray(0, 16), y: 2 }]), {}, "class numbers from 0 to 1"],
    ["pixels of another size", stream([{ x: data.x.subarray(0, 15), y: 1 }]), {}, "a multiple of 16 numbers"],
    [
      "bytes, then floats",
      stream([
        { x: data.x.subarray(0, 16), y: 1 },
        { x: new Float32Array(16), y: 1 },
      ]),
      { batchSize: 1 },
      "inputs/input uint8",
    ],
  ])("refuses %s", async (_name, samples, options, message) => {
    await expect(small().fit(samples as never, options)).rejects.toThrow(message);
  });

  test("whose reading fails ends the run with that error", async () => {
    const failing = stream(function* () {
      for (let i = 0; i < 20; i++) yield { x: data.x.subarray(0, 16), y: 0 };
      throw new Error("the file has changed");
    });
    await expect(small().fit(failing, { batchSize: 4 })).rejects.toThrow("the file has changed");
  });
});
