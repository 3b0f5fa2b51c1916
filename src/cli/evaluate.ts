import { Command } from "commander";
import { addDataOptions } from "./data/options.ts";
import { datasetArgument } from "./datasets.ts";
import type { EvaluateOptions } from "./evaluate/run-evaluation.ts";
import { backendOptions, jsonOption, wholeNumber } from "./option-values.ts";

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("Measure a saved model on the test set.")
    .argument("<model>", "a model.keras that train has saved")
    .argument("[dataset]", `${datasetArgument} (default: what the model was trained on)`)
    .option("-b, --batch-size <n>", "samples computed together", wholeNumber(1), 32);
  addDataOptions(command);
  for (const option of [...backendOptions(), jsonOption()]) command.addOption(option);
  return command
    .addHelpText(
      "after",
      `
Examples:
  $ convnet evaluate runs/mnist-2026-11-24-07-52-01/model.keras
  $ convnet evaluate model.keras fashion-mnist --json`,
    )
    .action(async (model: string, dataset: string | undefined, options: EvaluateOptions) => {
      const { runEvaluation } = await import("./evaluate/run-evaluation.ts");
      await runEvaluation(model, dataset, options);
    });
}
