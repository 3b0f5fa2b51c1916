import { Command } from "commander";
import { formatShape } from "../core/shape.ts";
import type { ModelFile } from "../index.ts";
import { formatBytes, formatCount } from "./format.ts";
import { jsonOption } from "./option-values.ts";

export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Say what is in the file of a model: format, layers, how it was compiled, weights.")
    .argument("<file>", "a saved model of any format")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ convnet inspect model.keras
  $ convnet inspect web/model.json --json`,
    )
    .action(inspect);
}

async function inspect(path: string, { json }: { json?: boolean }): Promise<void> {
  const { inspectModel } = await import("../index.ts");
  const file = await inspectModel(path);
  process.stdout.write(json ? `${JSON.stringify({ file: path, ...file })}\n` : describe(path, file));
}

function describe(path: string, file: ModelFile): string {
  const { format, byteLength, name, spec, weights, training, steps } = file;
  const numbers = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const list = weights.map((weight) => `  ${weight.name}  ${formatShape(weight.shape)}`);
  const losses = training?.outputs.map(({ loss }) => loss?.name ?? "no loss").join(", ");
  const taken = steps === undefined ? "" : `, ${formatCount(steps)} steps`;
  return [
    `${path}: ${format}, ${formatBytes(byteLength)}`,
    `model     ${name}`,
    `layers    ${spec.layers.length}: ${[...new Set(spec.layers.map(({ type }) => type))].join(", ")}`,
    `compiled  ${training ? `${training.optimizer.name}, ${losses}${taken}` : "no"}`,
    `weights   ${weights.length}, ${formatCount(numbers)} numbers`,
    ...list,
    "",
  ].join("\n");
}
