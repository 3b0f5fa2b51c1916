import { Command } from "commander";
import { jsonOption, oneOf } from "./option-values.ts";
import type { PredictOptions } from "./predict/run-prediction.ts";

export function predictCommand(): Command {
  return new Command("predict")
    .description("Say what is on pictures of any size and colour.")
    .argument("<image...>", "PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP files")
    .option("-m, --model <file>", "a saved model (default: the newest below runs/)")
    .option(
      "--fit <way>",
      "digit: grey, cropped to the ink, 20 × 20 pixels in a frame of 28 × 28, as MNIST was made; resize: only stretched (default: digit for models of 28 × 28 grey pixels, but not of fashion-mnist)",
      oneOf("digit", "resize"),
    )
    .option("--show", "print the picture as the network saw it")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ convnet predict seven.png
  $ convnet predict scans/*.png --model runs/letters/model.keras --json
  $ convnet predict seven.png --show

Needs the package sharp: npm install sharp`,
    )
    .action(async (images: string[], options: PredictOptions) => {
      const { runPrediction } = await import("./predict/run-prediction.ts");
      await runPrediction(images, options);
    });
}
