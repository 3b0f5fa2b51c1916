/** From import to the first training step, and from import to the first answer, each in fresh processes. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave, type Result, run } from "../contender.ts";
import { label, rounded, spread, table } from "../markdown.ts";
import { ownStart } from "../own.ts";
import { coldStarts } from "../peers.ts";
import { median } from "../statistics.ts";
import type { SuiteOptions, SuiteResult } from "../suite.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  exports: Record<string, unknown>;
};

/** Starts are short and vary: more turns than usual. */
const turnsPerRound = 3;

export async function start({ rounds, quick, peers, progress }: SuiteOptions): Promise<SuiteResult> {
  const turns = quick ? 1 : rounds * turnsPerRound;
  const folder = await mkdtemp(join(tmpdir(), "convnet-bench-"));
  try {
    const file = join(folder, "article.safetensors");
    const saved = await run(ownStart("save", ["save", "convnet", file]));
    if (typeof saved === "string") throw new Error(`start, saving a model: ${saved}`);
    progress("first step");
    const training = await interleave([ownStart("ConvNet", ["train", "convnet"])], turns, "total_ms");
    progress("first answer");
    const absent = "./predict" in manifest.exports ? undefined : "not an entry of this version";
    const answering = await interleave(
      [
        ownStart("convnet", ["predict", "convnet", file]),
        ownStart("convnet/predict", ["predict", "convnet/predict", file], absent),
      ],
      turns,
      "total_ms",
    );
    progress("cold starts");
    const cold = peers ? await interleave(coldStarts(), quick ? 1 : rounds, "ms_to_first_step") : [];
    return {
      title: "Start",
      json: { training, answering, cold },
      markdown: markdown(training, answering, cold),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const parts = ["import_ms", "make_ms", "first_ms", "after_import_ms", "total_ms", "process_ms"] as const;

function row(what: string, { problem, measurements }: Result): string[] {
  const times = (part: string) => measurements.map((measured) => measured[part] as number);
  if (problem) return [what, problem, ...parts.slice(1).map(() => "")];
  return [what, ...parts.map((part) => (part === "total_ms" ? spread(times(part)) : medianOf(times(part))))];
}

const medianOf = (values: readonly number[]): string => rounded(median(values));

function markdown(
  training: readonly Result[],
  answering: readonly Result[],
  cold: readonly Result[],
): string {
  const columns = ["what", ">import", ">make", ">first run", ">after import", ">total", ">with Node's start"];
  const own = table(columns, [
    ...training.map((result) => row("training, `compile` and one step of 32 images", result)),
    ...answering.map((result) => row(`prediction, \`${result.name}\`, \`loadModel\` and one image`, result)),
  ]);
  const text = `The article's network in fresh processes, milliseconds: medians, and for the total the lowest and highest.\n\n${own}`;
  if (cold.length === 0) return text;
  const others = table(
    ["system", ">ms from the start of the process to the end of the first training step"],
    cold.map((result) => [label(result), result.problem ?? spread(result.values)]),
  );
  return `${text}\n\n${others}`;
}
