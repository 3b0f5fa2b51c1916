import {
  type BackendChoice,
  dataset,
  layers,
  type Model,
  modelFromSpec,
  optimizers,
  sequential,
} from "../../index.ts";
import { articleNetwork } from "../article-network.ts";

/** How far the weights of two backends may be apart after a step. */
const tolerance = 1e-5;
const calibrationMs = 1000;

export interface SelfTest {
  /** Largest difference of a weight between the wasm and the reference backend after one training step. */
  readonly difference: number;
  readonly isRight: boolean;
  /** Of training the article's network, batch 32. */
  readonly imagesPerSecond: number;
  readonly threads: number;
}

/** Trains one step on both backends and compares, then trains the article's network for a second. */
export async function testBackends(): Promise<SelfTest> {
  const weights = await Promise.all([weightsAfterStep("wasm"), weightsAfterStep("reference")]);
  const difference = Math.max(
    ...weights[0].map((value, i) => Math.abs(value - weights[1][i])).filter((value) => !Number.isNaN(value)),
  );
  const isWhole = weights[0].every(Number.isFinite) && weights[0].length === weights[1].length;
  const speed = await calibrate();
  return { difference, isRight: isWhole && difference <= tolerance, ...speed };
}

/** Pixels that look like noise, the same every time. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 16) & 255);
}

async function weightsAfterStep(backend: BackendChoice): Promise<number[]> {
  const model = sequential(
    [
      layers.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [12, 12, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 5, kernelSize: 3, activation: "relu" }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 1, backend },
  );
  /* Not adam: it divides by the size of gradients that may be rounding errors. */
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy" });
  await model.trainOnBatch(noise(8 * 144), Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6));
  const weights = await model.getWeights();
  await model.dispose();
  return weights.flatMap(({ data }) => [...data]);
}

async function calibrate(): Promise<{ imagesPerSecond: number; threads: number }> {
  const samples = 1024;
  const data = dataset({
    x: noise(samples * 784),
    y: Uint8Array.from({ length: samples }, (_, i) => i % 10),
    sampleShape: [28, 28, 1],
  });
  const model = await modelFromSpec(articleNetwork([28, 28, 1], 10), { seed: 1, backend: "wasm" });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await model.fit(data, { stepsPerEpoch: 8 });
  const speed = await trainFor(model, data, calibrationMs);
  const { threads } = await model.backend();
  return { imagesPerSecond: speed, threads };
}

async function trainFor(model: Model, data: ReturnType<typeof dataset>, ms: number): Promise<number> {
  const batchSize = 32;
  const steps = data.length / batchSize;
  const begin = performance.now();
  const run = model.fit(data, { epochs: 100_000, batchSize, signal: AbortSignal.timeout(ms) });
  let done = 0;
  for await (const event of run) {
    done = event.type === "progress" ? event.epoch * steps + event.step : (event.epoch + 1) * steps;
  }
  return (done * batchSize * 1000) / (performance.now() - begin);
}
