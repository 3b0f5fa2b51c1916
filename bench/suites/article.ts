/** The article's network on MNIST: training and prediction, in Node and in a page, beside the peers that are installed. */
import { type Contender, interleave, type Result } from "../contender.ts";
import { bestPeak, measurePeak, type Peak } from "../kernels/peak.ts";
import { label, percent, rounded, spread, table, threadCount, times } from "../markdown.ts";
import { type OwnSetting, own, ownInPage } from "../own.ts";
import {
  jaxJs,
  onnxRuntime,
  onnxRuntimeTraining,
  pytorch,
  type Setting,
  tensorflowCpu,
  tensorflowWasm,
} from "../peers.ts";
import { median, ratio } from "../statistics.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

const trainBatches = [32, 64, 128];
const inferBatches = [1, 32, 256];

function settings({ quick }: SuiteOptions): Setting[] {
  const threads = quick ? [2] : [1, 2];
  const of = (mode: Setting["mode"], batches: readonly number[]) =>
    threads.flatMap((count) => batches.map((batch): Setting => ({ mode, batch, threads: count })));
  return [...of("train", quick ? [32] : trainBatches), ...of("infer", quick ? [32] : inferBatches)];
}

function ours(setting: Setting, quick: boolean): Contender[] {
  const short = quick ? { warmup: 0.3, seconds: 0.3, repeats: 1 } : {};
  const choice: OwnSetting = { network: "article", ...setting, ...short };
  return [own(choice), ownInPage(choice)];
}

function others(setting: Setting): Contender[] {
  const { mode, batch, threads } = setting;
  const both = [pytorch(setting, "nchw"), pytorch(setting, "nhwc")];
  if (mode === "infer") return [...both, onnxRuntime(setting, "web"), onnxRuntime(setting, "node")];
  return batch === 32 && threads === 2
    ? [...both, pytorch(setting, "nhwc", true), onnxRuntimeTraining(setting)]
    : [...both, onnxRuntimeTraining(setting)];
}

/** The slow ones are measured once: their steps take seconds. */
const slowPeers: ((setting: Setting) => Contender)[] = [tensorflowWasm, jaxJs, tensorflowCpu];

interface Row {
  readonly setting: Setting;
  /** ConvNet in Node is the first. */
  readonly results: readonly Result[];
}

const nameOf = ({ mode, batch, threads }: Setting): string =>
  `${mode === "train" ? "training" : "prediction"}, batch ${batch}, ${threadCount(threads)}`;

export async function article(options: SuiteOptions): Promise<SuiteResult> {
  const { quick, slow, peers, progress } = options;
  const rounds = quick ? 1 : options.rounds;
  const rows: Row[] = [];
  const peaks: Peak[] = [];
  for (const setting of settings(options)) {
    progress(nameOf(setting));
    peaks.push(measurePeak());
    const contenders = [...ours(setting, quick), ...(peers ? others(setting) : [])];
    rows.push({ setting, results: await interleave(contenders, rounds) });
  }
  if (slow && peers) {
    const setting: Setting = { mode: "train", batch: 32, threads: 2 };
    progress(`${nameOf(setting)}, slow peers`);
    const contenders = [...ours(setting, quick).slice(0, 1), ...slowPeers.map((peer) => peer(setting))];
    rows.push({ setting, results: await interleave(contenders, 1) });
  }
  const peak = bestPeak(peaks);
  return { title: "The article's network", json: { peak, rows }, markdown: markdown(rows, peak) };
}

/** Share of the machine's arithmetic that the plan's takes, as fast as it was done. */
function efficiency({ measurements, values }: Result, { gflops }: Peak, threads: number): string {
  const flops = measurements[0].flopsPerImage;
  if (typeof flops !== "number") return "";
  return percent((median(values) * flops) / (gflops * 1e9 * threads));
}

/** A page against Node, or Node against others. */
function compared(node: Result, result: Result): string {
  if (result === node || node.problem) return "";
  return result.name.startsWith("ConvNet")
    ? `is ${times(ratio(result.values, node.values))} Node`
    : times(ratio(node.values, result.values));
}

function markdown(rows: readonly Row[], peak: Peak): string {
  const lines = rows.flatMap(({ setting, results }) => {
    const [first] = results;
    return results.map((result) => {
      const { problem, values } = result;
      if (problem) return [nameOf(setting), label(result), problem, "", ""];
      return [
        nameOf(setting),
        label(result),
        spread(values),
        compared(first, result),
        efficiency(result, peak, setting.threads),
      ];
    });
  });
  const columns = [
    "what",
    "system",
    ">images/s: median (lowest – highest)",
    ">ConvNet in Node ÷ it",
    ">of the peak",
  ];
  return `"Of the peak": images a second × arithmetic of the plan for an image, if every unit were alive, ÷ (${rounded(peak.gflops)} GFLOP/s, measured in the same run × threads).\n\n${table(columns, lines)}`;
}
