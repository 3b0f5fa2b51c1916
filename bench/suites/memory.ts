/**
 * What training leaves behind: memory after 2,000 steps against after 500, and how long the event loop was held. And what
 * it takes: the planned memory of a step, and the growth of the process beside PyTorch's.
 */
import { type Contender, interleave, type Result, run } from "../contender.ts";
import { label, spread, table } from "../markdown.ts";
import { ownScript } from "../own.ts";
import { pytorchGrowth } from "../peers.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

const footprint = (network: string, batch: number): Contender =>
  ownScript("ConvNet", "memory.ts", [network, String(batch)]);

/** How much memory a training step may plan for the article's network at batch 32. */
const arenaBarMB = 40;

function growthRows(measured: Record<string, unknown>): string[][] {
  const rows = {
    heapUsedGrowthMB: "growth of the JavaScript heap after garbage collection, MB",
    rssGrowthMB: "growth of the process, MB",
    externalGrowthMB: "growth of memory outside the heap, MB",
    longestEventLoopDelayMs: "longest delay of the event loop, from `fit` on, ms",
    eventLoopDelayP99Ms: "its 99th percentile, ms",
  };
  return Object.entries(rows).map(([name, what]) => [what, String(measured[name])]);
}

export async function memory({ rounds, quick, peers, progress }: SuiteOptions): Promise<SuiteResult> {
  progress("memory, long training");
  const [warmup, steps] = quick ? [50, 200] : [500, 2000];
  const growth = await run(ownScript("ConvNet", "growth.ts", [`${warmup}`, `${steps}`], ["--expose-gc"]));
  if (typeof growth === "string") throw new Error(`memory, long training: ${growth}`);

  progress("memory of a step");
  const [arena] = await interleave([footprint("article", 32)], 1, "scratchMB");

  const batch = quick ? 32 : 128;
  progress(`memory of VGG-11, batch ${batch}`);
  const others = [false, true].map((asInstalled) => pytorchGrowth("vgg11", batch, "nhwc", asInstalled));
  const beside = await interleave(
    [footprint("vgg11", batch), ...(peers ? others : [])],
    quick ? 1 : rounds,
    "growth_mb",
  );

  const markdown = [
    `Training the article's network, over ${steps} steps after ${warmup} steps of warm-up:`,
    table(["what", ">value"], growthRows(growth)),
    `Memory planned for a step of the article's network at batch 32, all buffers without weights: ${arena.problem ?? `${arena.values[0]} MB`} (bar: ${arenaBarMB} MB).`,
    `Growth of the process by training VGG-11 on 32 × 32 at batch ${batch}, from before the model is made to the highest point of six steps:`,
    table(
      ["system", ">MB: median (lowest – highest)"],
      beside.map((result) => [label(result), megabytes(result)]),
    ),
  ].join("\n\n");
  return { title: "Memory and the event loop", json: { growth, arena, beside }, markdown };
}

const megabytes = ({ problem, values }: Result): string => problem ?? spread(values);
