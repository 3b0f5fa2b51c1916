import { Command } from "commander";
import type { Model } from "../index.ts";

interface SummaryOptions {
  readonly model?: string;
  readonly svg?: string;
}

export function summaryCommand(): Command {
  return new Command("summary")
    .description("Print the layers of a network: shapes, parameters, arithmetic, memory.")
    .option("-m, --model <file>", "a spec.json or a saved model (default: the article's network)")
    .option("--svg <file>", "also draw the network, to this file")
    .addHelpText(
      "after",
      `
Examples:
  $ convnet summary
  $ convnet summary --model runs/letters/model.keras
  $ convnet summary --model letters.json --svg letters.svg`,
    )
    .action(summarize);
}

async function summarize({ model: path, svg }: SummaryOptions): Promise<void> {
  const model = await openModel(path);
  if (svg !== undefined) {
    const { diagram } = await import("../index.ts");
    const { writeFile } = await import("../core/files.ts");
    await writeFile(svg, diagram(model));
  }
  process.stdout.write(`${model.summary()}\n`);
}

async function openModel(path: string | undefined): Promise<Model> {
  const { loadModel, modelFromSpec } = await import("../index.ts");
  if (path !== undefined) return loadModel(path, { compile: false });
  const { articleNetwork } = await import("./article-network.ts");
  return modelFromSpec(articleNetwork([28, 28, 1], 10));
}
