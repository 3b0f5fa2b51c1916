import { stat } from "node:fs/promises";
import { Command } from "commander";
import type { FormatName } from "../index.ts";
import { formatBytes } from "./format.ts";
import { oneOf } from "./option-values.ts";

interface ConvertOptions {
  readonly format?: FormatName;
}

export function convertCommand(): Command {
  return new Command("convert")
    .description("Write a model in another format, with whatever both formats can hold.")
    .argument("<in>", "a saved model of any format")
    .argument("<out>", "file to write; its extension says the format")
    .option(
      "--format <name>",
      "keras, h5, kerasWeights, tfjs, onnx, safetensors or spec (default: what the extension says)",
      oneOf("keras", "h5", "kerasWeights", "tfjs", "onnx", "safetensors", "spec"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ convnet convert vgg16.h5 vgg16.keras
  $ convnet convert runs/letters/model.keras web/model.json
  $ convnet convert model.keras model.weights.h5`,
    )
    .action(convert);
}

async function convert(from: string, to: string, options: ConvertOptions): Promise<void> {
  const { disposeBackends, loadModel } = await import("../index.ts");
  try {
    const model = await loadModel(from);
    if (model.notCompiled !== undefined)
      process.stderr.write(`convnet: ${from}: how it was compiled is left out: ${model.notCompiled}\n`);
    await model.save(to, options);
    process.stdout.write(`${to}  ${formatBytes((await stat(to)).size)}\n`);
  } finally {
    await disposeBackends();
  }
}
