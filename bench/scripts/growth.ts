/**
 * What training the article's network leaves behind. Prints one JSON line.
 *
 * node --expose-gc --import tsx bench/scripts/growth.ts 500 2000 (steps of warm-up, steps)
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { mnist } from "convnet/node";
import { compiledModel } from "../networks.ts";

const model = compiledModel("article");
const { train } = await mnist();

const [warmupSteps, steps] = process.argv.slice(2).map(Number);
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
