import { Command } from "commander";
import type { KernelsOptions } from "./kernels/run-kernels.ts";
import { wholeNumber } from "./option-values.ts";

export function kernelsCommand(): Command {
  return new Command("kernels")
    .description("Show what image kernels highlight in a photo, as one HTML page.")
    .argument("<photo>", "a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP file")
    .option("-o, --out <file>", "the page (default: the photo's name with .kernels.html)")
    .option("--size <pixels>", "longer side of the photo on the page", wholeNumber(8, 2048), 360)
    .addHelpText(
      "after",
      `
Examples:
  $ convnet kernels photo.jpg
  $ convnet kernels photo.jpg --size 640 --out kernels.html

Needs the package sharp: npm install sharp`,
    )
    .action(async (photo: string, options: KernelsOptions) => {
      const { runKernels } = await import("./kernels/run-kernels.ts");
      await runKernels(photo, options);
    });
}
