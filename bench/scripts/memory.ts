/**
 * How much memory training a network adds to the process: its highest resident size after some steps, above what it was
 * before the model was made. Prints one JSON line.
 *
 * tsx --tsconfig bench/tsconfig.json bench/scripts/memory.ts vgg11 128
 */
import { dataset } from "convnet";
import { compiledModel, type NetworkName, noise } from "../networks.ts";
import { planCost } from "../plan-cost.ts";

const network = process.argv[2] as NetworkName;
const batch = Number(process.argv[3]);
const steps = 6;
const images = noise(network, Math.ceil(512 / batch) * batch);
const before = process.memoryUsage().rss;
const model = compiledModel(network);
const size = images.x.length / images.length;
const data = dataset({
  ...images,
  x: images.x.subarray(0, batch * size),
  y: images.y.subarray(0, batch),
});
await model.fit(data, { epochs: steps, batchSize: batch });
const peak = process.resourceUsage().maxRSS * 1024;
const { scratchMB } = planCost(await model.explainProgram({ program: "train", batchSize: batch }), batch);
const mega = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
console.log(
  JSON.stringify({ network, batch, growth_mb: mega(peak - before), before_mb: mega(before), scratchMB }),
);
process.exit();
