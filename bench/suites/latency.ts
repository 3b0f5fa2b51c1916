/** One image at a time: how long `predict` takes, in Node and in a page. */
import { type Contender, interleave, type Result } from "../contender.ts";
import { label, spread, table, threadCount } from "../markdown.ts";
import { type OwnSetting, own, ownInPage } from "../own.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

export interface LatencyRow {
  readonly threads: number;
  readonly results: readonly Result[];
}

export async function latency({ rounds, quick, progress }: SuiteOptions): Promise<SuiteResult> {
  const rows: LatencyRow[] = [];
  for (const threads of quick ? [2] : [1, 2]) {
    progress(`latency, ${threadCount(threads)}`);
    const setting: OwnSetting = { network: "article", mode: "latency", batch: 1, threads };
    const short = quick ? { warmup: 0.3, seconds: 0.3, repeats: 1 } : {};
    const contenders: Contender[] = [own({ ...setting, ...short }), ownInPage({ ...setting, ...short })];
    rows.push({ threads, results: await interleave(contenders, quick ? 1 : rounds, "p50") });
  }
  const markdown = `\`model.predict\` on one image of the article's network, awaited each time. Median of the turns, with the lowest and highest median.\n\n${table(
    ["where", "threads", ">p50, ms", ">p99, ms"],
    rows.flatMap(({ threads, results }) => results.map((result) => row(threads, result))),
  )}`;
  return { title: "Latency", json: rows, markdown };
}

function row(threads: number, result: Result): string[] {
  const { problem, measurements } = result;
  if (problem) return [label(result), threadCount(threads), problem, ""];
  const ofName = (name: string) =>
    spread(
      measurements.map((measured) => measured[name] as number),
      (ms) => ms.toFixed(3),
    );
  return [label(result), threadCount(threads), ofName("p50"), ofName("p99")];
}
