/**
 * One measurement of this package as it is built: the article's network on MNIST, trained or asked, in windows of a given
 * length. Prints one JSON line like the peers' scripts.
 *
 * tsx --tsconfig bench/tsconfig.json bench/own-run.ts --mode train|infer --batch N --threads N [--warmup S --seconds S --repeats N]
 */
import { parseArgs } from "node:util";
import { layers, type Model, sequential } from "convnet";
import { mnist } from "convnet/node";
import { median } from "./contender.ts";

const { values } = parseArgs({
  options: {
    mode: { type: "string", default: "train" },
    batch: { type: "string", default: "32" },
    threads: { type: "string", default: "2" },
    warmup: { type: "string", default: "1.5" },
    seconds: { type: "string", default: "1.5" },
    repeats: { type: "string", default: "3" },
  },
});
const batch = Number(values.batch);
const threads = Number(values.threads);
const [warmup, seconds, repeats] = [values.warmup, values.seconds, values.repeats].map(Number);

const model: Model = sequential(
  [
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
  { seed: 1, threads },
);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const { train, test } = await mnist();

/** Images a second of each window, by the clock on the wall. */
async function trainWindows(): Promise<number[]> {
  const windows: number[] = [];
  const begin = performance.now();
  let windowBegin = 0;
  let images = 0;
  const controller = new AbortController();
  let done = 0;
  let epoch = 0;
  const run = model.fit(train, { epochs: 1000, batchSize: batch, signal: controller.signal });
  for await (const event of run) {
    if (event.type === "epochEnd") {
      epoch++;
      continue;
    }
    const now = performance.now();
    done = epoch * train.length + Math.min(event.step * batch, train.length);
    if (windowBegin === 0) {
      if (now - begin < warmup * 1000) continue;
    } else {
      if (now - windowBegin < seconds * 1000) continue;
      windows.push(((done - images) / (now - windowBegin)) * 1000);
      if (windows.length === repeats) controller.abort();
    }
    windowBegin = now;
    images = done;
  }
  await run;
  return windows;
}

async function inferWindows(): Promise<number[]> {
  const x = test.x.slice(0, batch * 784);
  const ask = async (forMs: number): Promise<number> => {
    const begin = performance.now();
    let calls = 0;
    while (performance.now() - begin < forMs) {
      await model.predict(x, { batchSize: batch });
      calls++;
    }
    return ((calls * batch) / (performance.now() - begin)) * 1000;
  };
  await ask(warmup * 1000);
  const windows: number[] = [];
  for (let i = 0; i < repeats; i++) windows.push(await ask(seconds * 1000));
  return windows;
}

const windows = values.mode === "train" ? await trainWindows() : await inferWindows();
const { threads: used } = await model.backend();
console.log(
  JSON.stringify({
    peer: "convnet",
    mode: values.mode,
    batch,
    threads: used,
    images_per_second: Math.round(median(windows)),
    windows: windows.map(Math.round),
  }),
);
process.exit();
