/** Each op on the shapes of well-known networks, forward and gradients, beside what this machine can do. */
import { opShapes } from "../kernels/op-shapes.ts";
import { bestPeak, measurePeak, type Peak } from "../kernels/peak.ts";
import { prepareTask, type TimedTask, workbench } from "../kernels/time-op.ts";
import { percent, rounded, table } from "../markdown.ts";
import { roofline } from "../plots/roofline.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

/**
 * Times everything in turns: the peak and all ops, then all again. The fastest counts: whatever else the machine does can
 * only slow it down.
 */
export async function kernels({ rounds, quick, progress }: SuiteOptions): Promise<SuiteResult> {
  const backend = workbench();
  const chosen = quick ? opShapes.filter(({ isQuick }) => isQuick) : opShapes;
  const peaks: Peak[] = [];
  const timed = new Map<string, TimedTask>();
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    progress(`kernels, round ${round + 1}`);
    peaks.push(measurePeak());
    for (const opShape of chosen) {
      for (const what of ["forward", ...Object.keys(opShape.gradients ?? {})]) {
        const key = `${opShape.name}, ${what}`;
        const task = await prepareTask(backend, opShape, what);
        const seconds = await (quick ? task.time(1, 5) : task.time(3, 20));
        const ms = Math.min(seconds * 1000, timed.get(key)?.ms ?? Infinity);
        const { kind, name, method, flops, bytes } = task;
        const [gflops, gbs] = [flops / ms / 1e6, bytes / ms / 1e6];
        timed.set(key, { kind, name, what, method, flops, bytes, ms, gflops, gbs });
        task.dispose();
      }
    }
  }
  await backend.dispose();
  const peak = bestPeak([...peaks, measurePeak()]);
  const tasks = [...timed.values()];
  return {
    title: "Compute kernels",
    json: { peak, tasks },
    markdown: `${introduction(peak)}\n\n${tasksTable(tasks, peak)}`,
    plot: { file: "roofline.svg", svg: roofline(tasks, peak) },
  };
}

function introduction({ gflops, memoryGBs, cacheGBs }: Peak): string {
  return `One thread, the fastest of several windows. The same run measured ${rounded(gflops)} GFLOP/s of 128-bit multiplications and additions, ${rounded(memoryGBs)} GB/s from and to memory, and ${rounded(cacheGBs)} GB/s from and to the second-level cache. GFLOP/s count the arithmetic of the plain method, so Winograd may pass 100 % of the peak; GB/s count operands and result once, so arrays that stay in a cache may pass 100 % of the memory.`;
}

function tasksTable(tasks: readonly TimedTask[], peak: Peak): string {
  return table(
    ["op", "what", "method", ">ms", ">GFLOP/s", ">of peak", ">GB/s", ">of memory"],
    tasks.map(({ name, what, method, ms, gflops, gbs }) => [
      name,
      what,
      method,
      rounded(ms),
      rounded(gflops),
      percent(gflops / peak.gflops),
      rounded(gbs),
      percent(gbs / peak.memoryGBs),
    ]),
  );
}
