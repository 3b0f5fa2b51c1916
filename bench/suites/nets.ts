/** Well-known networks, trained and asked, beside PyTorch in both layouts; the better one counts. */
import { type Contender, interleave, type Result } from "../contender.ts";
import { label, spread, table, times } from "../markdown.ts";
import type { NetworkName } from "../networks.ts";
import { own } from "../own.ts";
import { pytorchNet, type Setting } from "../peers.ts";
import { median, ratio } from "../statistics.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

interface Row {
  /** Its name in `networks.ts` and in `nets.py`. */
  readonly network: NetworkName;
  readonly title: string;
  readonly batch: number;
  /** Length of warm-up and windows: several steps of the slower system. */
  readonly seconds: number;
}

const rows: readonly Row[] = [
  { network: "lenet5", title: "LeNet-5, 28² × 1", batch: 32, seconds: 1.5 },
  { network: "allConvolutional", title: "All-CNN-C, 32² × 3", batch: 32, seconds: 4 },
  { network: "vgg11", title: "VGG-11, 32² × 3", batch: 32, seconds: 3 },
  { network: "resnet20", title: "ResNet-20, 32² × 3", batch: 64, seconds: 2 },
  { network: "mobilenetV2", title: "MobileNetV2, 96² × 3", batch: 32, seconds: 4 },
  { network: "unet", title: "U-Net, 64² × 3", batch: 32, seconds: 4 },
];

const threads = 2;

interface Measured extends Pick<Row, "network" | "batch"> {
  readonly mode: Setting["mode"];
  readonly results: readonly Result[];
}

export async function nets({ rounds, quick, peers, progress }: SuiteOptions): Promise<SuiteResult> {
  const measured: Measured[] = [];
  for (const { network, title, batch, seconds } of quick ? rows.slice(0, 1) : rows) {
    for (const mode of ["train", "infer"] as const) {
      progress(`${title}, ${mode}`);
      const window = quick ? 0.3 : seconds;
      const setting: Setting = { mode, batch, threads };
      const contenders: Contender[] = [
        own({ ...setting, network, warmup: window, seconds: window, repeats: quick ? 1 : 3 }),
        ...(peers ? (["nchw", "nhwc"] as const) : []).map((layout) =>
          pytorchNet(network, setting, layout, window),
        ),
      ];
      const results = await interleave(contenders, quick ? 1 : rounds);
      measured.push({ network, batch, mode, results });
    }
  }
  return { title: "Other networks", json: measured, markdown: markdown(measured) };
}

function markdown(measured: readonly Measured[]): string {
  const lines = measured.flatMap(({ network, batch, mode, results }) => {
    const title = rows.find((row) => row.network === network)?.title ?? network;
    const what = `${mode === "train" ? "training" : "prediction"}, batch ${batch}`;
    const [ours, ...others] = results;
    const better = betterOf(others);
    return results.map((result) => {
      const { problem, values } = result;
      if (problem) return [title, what, label(result), problem, ""];
      const compared = result === better && !ours.problem ? times(ratio(ours.values, values)) : "";
      return [title, what, label(result), spread(values), compared];
    });
  });
  const columns = ["network", "what", "system", ">images/s: median (lowest – highest)", ">ConvNet ÷ it"];
  return `${threads} threads, Adam. ConvNet is compared with the better layout of PyTorch.\n\n${table(columns, lines)}`;
}

function betterOf(results: readonly Result[]): Result | undefined {
  const run = results.filter(({ problem }) => !problem);
  return run.sort((a, b) => median(b.values) - median(a.values))[0];
}
