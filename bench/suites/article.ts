/** The article's network on MNIST: training and prediction, beside the peers that are installed, in one run. */
import { type Contender, interleave, median, type Result, ratio } from "../contender.ts";
import { own } from "../own.ts";
import {
  jaxJs,
  onnxRuntime,
  onnxRuntimeTraining,
  pytorch,
  type Setting,
  tensorflowCpu,
  tensorflowWasm,
} from "../peers.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

const trainBatches = [32, 64, 128];
const inferBatches = [1, 32, 256];

function settings({ quick }: SuiteOptions): Setting[] {
  const threads = quick ? [2] : [1, 2];
  const of = (mode: Setting["mode"], batches: readonly number[]) =>
    threads.flatMap((count) => batches.map((batch): Setting => ({ mode, batch, threads: count })));
  return [...of("train", quick ? [32] : trainBatches), ...of("infer", quick ? [32] : inferBatches)];
}

/** The slow ones are measured once for each mode: their steps take seconds. */
function contendersOf(setting: Setting): Contender[] {
  const { mode, batch, threads } = setting;
  const fast = [own(setting), pytorch(setting, "nchw"), pytorch(setting, "nhwc")];
  if (mode === "infer") return [...fast, onnxRuntime(setting, "web"), onnxRuntime(setting, "node")];
  return batch === 32 && threads === 2
    ? [...fast, pytorch(setting, "nhwc", true), onnxRuntimeTraining(setting)]
    : [...fast, onnxRuntimeTraining(setting)];
}

const slow: ((setting: Setting) => Contender)[] = [tensorflowWasm, jaxJs, tensorflowCpu];

export interface Row {
  readonly setting: Setting;
  readonly results: readonly Result[];
}

const name = ({ mode, batch, threads }: Setting): string =>
  `${mode === "train" ? "training" : "prediction"}, batch ${batch}, ${threads} ${threads === 1 ? "thread" : "threads"}`;

export async function article(options: SuiteOptions): Promise<SuiteResult> {
  const rows: Row[] = [];
  for (const setting of settings(options)) {
    options.progress(name(setting));
    rows.push({ setting, results: await interleave(contendersOf(setting), options.rounds) });
  }
  if (options.slow) {
    const setting: Setting = { mode: "train", batch: 32, threads: 2 };
    options.progress(`${name(setting)}, slow peers`);
    rows.push({
      setting,
      results: await interleave([own(setting), ...slow.map((peer) => peer(setting))], 1),
    });
  }
  return { title: "The article's network", json: rows, markdown: table(rows) };
}

function table(rows: readonly Row[]): string {
  const lines = [
    "| what | system | images/s: median (lowest – highest) | ConvNet ÷ it |",
    "|---|---|---|---|",
  ];
  for (const { setting, results } of rows) {
    const [ours] = results;
    for (const { name: system, version, values, problem } of results) {
      const label = `${system}${version ? ` ${version}` : ""}`;
      if (problem) {
        lines.push(`| ${name(setting)} | ${label} | ${problem} | |`);
        continue;
      }
      const range = `${Math.round(median(values))} (${Math.round(Math.min(...values))} – ${Math.round(Math.max(...values))})`;
      const times =
        system === "ConvNet" || ours.problem ? "" : `${ratio(ours.values, values).toPrecision(3)} ×`;
      lines.push(`| ${name(setting)} | ${label} | ${range} | ${times} |`);
    }
  }
  return lines.join("\n");
}
