import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import type { Constraint } from "../constraints/constraint.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { zeros } from "../initializers/zeros.ts";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import { type CallContext, Layer, type LayerOptions } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import * as ops from "../ops.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { model } from "./functional.ts";
import { loadModel } from "./load-model.ts";
import { sequential } from "./sequential.ts";

afterAll(() => disposeBackends());

/** Adds a weight and normal noise; counts its uses in training; may cost something. */
class Own extends Layer {
  readonly type = "own";
  private readonly price: number;
  private readonly noise: number;

  constructor(options: LayerOptions & { price?: number; noise?: number } = {}) {
    super(options);
    this.price = options.price ?? 0;
    this.noise = options.noise ?? 0;
  }

  override build(shape: Shape): void {
    const regularizer: Regularizer = {
      name: "own",
      options: {},
      write: (weight) => ops.reduceSum(ops.multiply(weight, 3)),
    };
    const constraint: Constraint = {
      name: "own",
      options: {},
      write: (weight) => ops.maximum(weight, -0.05),
    };
    this.addWeight("offset", shape, zeros(), { regularizer, constraint });
    this.addWeight("uses", [1], zeros(), { trainable: false });
  }

  override call(value: Value, context: CallContext): Value {
    this.updateWeight(value, "uses", context, (before) => ops.add(before, 1));
    if (this.price > 0) context.addLoss(ops.multiply(ops.reduceMean(value), this.price));
    const sum = ops.add(value, this.weight(value, "offset"));
    if (!context.training || this.noise === 0) return sum;
    const noise = context.normal(value.graph, value.shape.slice(1));
    return ops.add(sum, ops.multiply(noise, this.noise));
  }
}

const nothing: Loss = {
  name: "nothing",
  options: {},
  labels: "values",
  write: (labels, { output }) => ops.reduceSum(ops.multiply(ops.subtract(labels, output), 0), { axes: -1 }),
};

const [zero4, zero8] = [new Float32Array(4), new Float32Array(8)];

describe("layers of one's own", () => {
  test("change statistics once for each use in a step of training, and not otherwise", async () => {
    const x = input({ shape: [2] });
    const shared = new Own({ name: "shared" });
    const made = model({ inputs: x, outputs: shared.apply(shared.apply(x)) });
    made.compile({ optimizer: "sgd", loss: nothing });
    const uses = async () => (await made.getWeights())[1].data[0];
    await made.evaluate({ x: zero4, y: zero4 });
    expect(await uses()).toBe(0);
    await made.fit({ x: zero8, y: zero8 }, { batchSize: 2, epochs: 3 });
    expect(await uses()).toBe(12);
    made.layer("shared").trainable = false;
    made.compile({ optimizer: "sgd", loss: nothing });
    await made.fit({ x: zero8, y: zero8 });
    expect(await uses()).toBe(12);
  });

  test("pay for weights and may add to the loss; constraints hold after the step", async () => {
    const made = sequential([new Own({ inputShape: [2], price: 10 })]);
    made.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: nothing });
    /* Σ 3 · 0 for the offsets, and ten times the mean of the input. */
    expect((await made.evaluate({ x: [1, 2, 3, 4], y: zero4 })).loss).toBeCloseTo(25, 5);
    await made.trainOnBatch(zero4, zero4);
    expect([...(await made.getWeights())[0].data]).toEqual([Math.fround(-0.03), Math.fround(-0.03)]);
    await made.trainOnBatch(zero4, zero4);
    expect([...(await made.getWeights())[0].data]).toEqual([Math.fround(-0.05), Math.fround(-0.05)]);
    expect((await made.evaluate({ x: zero4, y: zero4 })).loss).toBeCloseTo(-0.3, 5);
  });

  test("draw normal numbers with mean 0 and deviation 1, the same on both backends", async () => {
    const squares: Loss = {
      ...nothing,
      write: (_, { output }) => ops.reduceMean(ops.square(output), { axes: -1 }),
    };
    const losses = await Promise.all(
      (["wasm", "reference"] as const).map(async (backend) => {
        const made = sequential([new Own({ inputShape: [4000], noise: 2 })], { backend, seed: 1 });
        made.compile({ optimizer: "sgd", loss: squares });
        return (await made.trainOnBatch(new Float32Array(16000), new Float32Array(16000))).loss;
      }),
    );
    expect(losses[0]).toBeCloseTo(4, 0);
    expect(losses[0]).toBeCloseTo(losses[1], 4);
  });

  test("and losses are loaded by the names that the program gives", async () => {
    const made = sequential([new Own({ inputShape: [2], name: "mine" }), layers.dense({ units: 1 })]);
    made.compile({ optimizer: "sgd", loss: nothing });
    const bytes = await made.serialize();
    await expect(loadModel(bytes)).rejects.toThrow('expected a known name, got "own"');
    const custom = {
      layers: { own: (options: LayerOptions) => new Own(options) },
      losses: { nothing: () => nothing },
    };
    const again = await loadModel(bytes, { custom });
    expect(again.toSpec()).toEqual(made.toSpec());
    expect(await again.weightsSha256()).toBe(await made.weightsSha256());
    await again.fit({ x: zero4, y: new Float32Array(2) });
  });

  test("may be all the loss there is", async () => {
    const made = sequential([new Own({ inputShape: [2], price: 1 })]);
    made.compile({ optimizer: "sgd" });
    await made.fit({ x: zero4 });
    const without = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    without.compile({ optimizer: "sgd" });
    await expect((async () => without.fit({ x: zero4 }))()).rejects.toThrow(
      "compile: expected a loss, or layers that add to it, got neither.",
    );
  });
});

describe("batch normalization", () => {
  const x = Float32Array.of(1, 10, 2, 20, 3, 30, 6, 60);
  const made = () => {
    const chain = sequential([layers.batchNormalization({ momentum: 0.5, epsilon: 1e-3, inputShape: [2] })]);
    chain.compile({ optimizer: sgd({ learningRate: 1e-30 }), loss: "meanSquaredError" });
    return chain;
  };

  test("trains with the batch's mean and variance and moves its statistics towards them", async () => {
    const chain = made();
    const { loss } = await chain.trainOnBatch(x, zero8);
    /* Normalised numbers have the mean square variance / (variance + ε), 3.5 and 350 here. */
    expect(loss).toBeCloseTo((3.5 / 3.501 + 350 / 350.001) / 2, 5);
    const [, , mean, variance] = await chain.getWeights();
    expect([...mean.data]).toEqual([1.5, 15]);
    expect([...variance.data]).toEqual([2.25, 175.5]);
  });

  test("predicts with its statistics, which are saved with the model", async () => {
    const chain = made();
    await chain.trainOnBatch(x, zero8);
    const again = await loadModel(await chain.serialize());
    const { data } = await again.predict(x);
    expect(data).toEqual((await chain.predict(x)).data);
    expect(data[0]).toBeCloseTo((1 - 1.5) / Math.sqrt(2.251), 5);
    expect(data[7]).toBeCloseTo((60 - 15) / Math.sqrt(175.501), 5);
  });
});
