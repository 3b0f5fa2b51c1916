import { Command } from "commander";
import type { ExplainOptions } from "./explain/run-explanation.ts";
import { jsonOption, oneOf } from "./option-values.ts";

export function explainCommand(): Command {
  return new Command("explain")
    .description("Show why a model says what it says of a picture, as one HTML page.")
    .argument("<image>", "a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP file")
    .option("-m, --model <file>", "a saved model (default: the newest below runs/)")
    .option("-o, --out <file>", "the page (default: the picture's name with .explain.html)")
    .option("--layer <name>", "layer that Grad-CAM looks at (default: the last convolution)")
    .option("--fit <way>", "digit or resize, as in convnet predict", oneOf("digit", "resize"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The page holds the picture as the network saw it, Grad-CAM of the three likeliest classes, saliency, what
covering parts does, and the feature maps of every layer. It needs nothing else.

Examples:
  $ convnet explain seven.png
  $ convnet explain cat.jpg --model pets.safetensors --layer conv2d_3 --out why.html

Needs the package sharp: npm install sharp`,
    )
    .action(async (image: string, options: ExplainOptions) => {
      const { runExplanation } = await import("./explain/run-explanation.ts");
      await runExplanation(image, options);
    });
}
