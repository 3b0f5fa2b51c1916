import { monitorEventLoopDelay } from "node:perf_hooks";
import { layers, sequential } from "convnet";
import { mnist } from "convnet/node";

const model = sequential(
  [
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
  { seed: 1 },
);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const { train } = await mnist();

const warmupSteps = 500;
const steps = 2000;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let before: NodeJS.MemoryUsage | undefined;
let done = 0;

function usage(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}

await model.fit(train, {
  epochs: 2,
  stepsPerEpoch: (warmupSteps + steps) / 2,
  callbacks: [
    {
      onBatchEnd() {
        done++;
        if (done === warmupSteps) before = usage();
      },
    },
  ],
});
const after = usage();
if (!before) throw new Error("no warm-up");
const mega = (bytes: number) => Number((bytes / 2 ** 20).toFixed(2));
console.log(
  JSON.stringify({
    steps,
    heapUsedGrowthMB: mega(after.heapUsed - before.heapUsed),
    rssGrowthMB: mega(after.rss - before.rss),
    externalGrowthMB: mega(after.external + after.arrayBuffers - before.external - before.arrayBuffers),
    longestEventLoopDelayMs: Number((delay.max / 1e6).toFixed(1)),
    eventLoopDelayP99Ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
  }),
);
process.exit();
