/** How the time for an image grows with threads, batch, size of the image and number of layers. */
import { type Contender, interleave, type Result } from "../contender.ts";
import { rounded, spread, table, threadCount, times } from "../markdown.ts";
import type { Mode } from "../measure.ts";
import { type OwnSetting, own } from "../own.ts";
import { type GrowthPanel, growthPlot } from "../plots/growth.ts";
import { median, ratio } from "../statistics.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

type Setting = Pick<OwnSetting, "network" | "batch">;

interface Sweep {
  readonly name: string;
  readonly axis: string;
  /** What is varied: the number on the axis, and the setting. */
  readonly points: readonly (readonly [at: number, setting: Setting])[];
}

const powersOfTwo = (from: number, to: number): number[] =>
  Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);

const sweeps: readonly Sweep[] = [
  {
    name: "batch: the article's network",
    axis: "images in a batch",
    points: powersOfTwo(1, 512).map((batch) => [batch, { network: "article", batch }]),
  },
  {
    name: "image: 4 convolutions",
    axis: "pixels",
    points: powersOfTwo(16, 128).map((side) => [side ** 2, { network: { side, depth: 4 }, batch: 16 }]),
  },
  {
    name: "depth: convolutions on 32²",
    axis: "layers",
    points: powersOfTwo(2, 32).map((depth) => [depth, { network: { side: 32, depth }, batch: 16 }]),
  },
];

interface Curve {
  readonly sweep: string;
  readonly mode: Mode;
  readonly threads: number;
  readonly at: readonly number[];
  readonly results: readonly Result[];
}

const modes: readonly Mode[] = ["train", "infer"];

export async function scaling({ rounds, quick, progress }: SuiteOptions): Promise<SuiteResult> {
  const curves: Curve[] = [];
  const short = { warmup: 0.4, seconds: 0.4, repeats: quick ? 1 : 3 };
  for (const { name, points } of quick ? sweeps.slice(0, 1) : sweeps) {
    const chosen = quick ? points.filter(([at]) => at === 32 || at === 64) : points;
    for (const mode of modes) {
      progress(`scaling, ${name}, ${mode}`);
      const threads = [1, 2];
      const contenders = chosen.flatMap(([, setting]) =>
        threads.map((count): Contender => own({ ...setting, ...short, mode, threads: count })),
      );
      const results = await interleave(contenders, quick ? 1 : rounds);
      for (const [i, count] of threads.entries()) {
        curves.push({
          sweep: name,
          mode,
          threads: count,
          at: chosen.map(([at]) => at),
          results: results.filter((_, number) => number % threads.length === i),
        });
      }
    }
  }
  return {
    title: "How cost grows",
    json: curves,
    markdown: markdown(curves),
    plot: { file: "scaling.svg", svg: growthPlot("Time for one image", panels(curves)) },
  };
}

const modeName = (mode: Mode): string => (mode === "train" ? "training" : "prediction");

/** Milliseconds for an image, from images a second. */
const perImage = ({ values }: Result): number[] => values.map((value) => 1000 / value);

function panels(curves: readonly Curve[]): GrowthPanel[] {
  return sweeps
    .map(({ name, axis }) => ({
      title: name,
      axis,
      series: curves
        .filter(({ sweep }) => sweep === name)
        .map(({ mode, threads, at, results }) => ({
          name: `${modeName(mode)}, ${threadCount(threads)}`,
          points: results.flatMap((result, i) =>
            result.problem ? [] : [[at[i], median(perImage(result))] as const],
          ),
        })),
    }))
    .filter(({ series }) => series.some(({ points }) => points.length > 0));
}

/** Growth from the point before: pixels come in steps of four, so two doublings. */
function growth({ sweep, at, results }: Curve, i: number): string {
  if (i === 0 || results[i].problem || results[i - 1].problem) return "";
  const grown = ratio(perImage(results[i]), perImage(results[i - 1]));
  const doublings = Math.log2(at[i] / at[i - 1]);
  return sweep.startsWith("batch") ? times(grown) : `${times(grown ** (1 / doublings))}`;
}

function markdown(curves: readonly Curve[]): string {
  const rows: string[][] = [];
  for (const curve of curves.filter(({ threads }) => threads === 1)) {
    const pair = curves.find(
      ({ sweep, mode, threads }) => sweep === curve.sweep && mode === curve.mode && threads === 2,
    );
    for (const [i, at] of curve.at.entries()) {
      const [one, two] = [curve.results[i], pair?.results[i]];
      rows.push([
        curve.sweep,
        modeName(curve.mode),
        String(at),
        one.problem ?? spread(perImage(one)),
        growth(curve, i),
        two ? (two.problem ?? spread(perImage(two))) : "",
        pair ? growth(pair, i) : "",
        two && !one.problem && !two.problem ? times(ratio(two.values, one.values)) : "",
      ]);
    }
  }
  const columns = [
    "what is varied",
    "program",
    ">at",
    ">1 thread, ms an image",
    ">for each doubling",
    ">2 threads, ms an image",
    ">for each doubling",
    ">speed-up",
  ];
  const text =
    "Time for one image: median (lowest – highest). Convolutions are 3 × 3 with 32 channels, at batch 16. The speed-up is the median of its pairs.";
  return [text, largeBatches(curves), table(columns, rows)].filter((part) => part !== "").join("\n\n");
}

/** Whether large batches cost more for an image than the usual 32. */
function largeBatches(curves: readonly Curve[]): string {
  const texts = curves.flatMap(({ sweep, mode, threads, at, results }) => {
    const [usual, largest] = [results[at.indexOf(32)], results[at.indexOf(512)]];
    if (!sweep.startsWith("batch") || !usual || !largest || usual.problem || largest.problem) return [];
    const grown = ratio(perImage(largest), perImage(usual));
    return [`${modeName(mode)}, ${threadCount(threads)}: ${rounded(grown)} ×`];
  });
  return texts.length > 0 ? `Batch 512 against 32, time for an image: ${texts.join("; ")}.` : "";
}
