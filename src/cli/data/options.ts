import { type Command, InvalidArgumentError } from "commander";
import { oneOf, positiveNumber, share, wholeNumber } from "../option-values.ts";

/** How images and tables are read, as it was said on the command line; saved beside the model. */
export interface DataOptions {
  readonly imageSize?: readonly [height: number, width: number];
  readonly channels?: 1 | 3 | 4;
  readonly interpolation?: "nearest" | "bilinear" | "bicubic" | "mitchellcubic" | "lanczos3";
  readonly crop?: boolean;
  readonly labels?: string;
  readonly skipBad?: boolean;
  readonly test?: string;
  readonly testSplit?: number;
  readonly maxValue?: number;
  readonly labelColumn?: string | number;
  /** Decides which images are held back. */
  readonly seed?: number;
}

export const dataOptionNames = [
  "imageSize",
  "channels",
  "interpolation",
  "crop",
  "labels",
  "skipBad",
  "test",
  "testSplit",
  "maxValue",
  "labelColumn",
] as const;

/** `64x48` is height × width; `64` is both. */
function size(text: string): [number, number] {
  const [, height, width = height] = /^(\d+)(?:[x×](\d+))?$/i.exec(text) ?? [];
  const sides = [Number(height), Number(width)] as [number, number];
  if (sides.every((side) => side >= 1 && side <= 16384)) return sides;
  throw new InvalidArgumentError("Expected height x width, such as 64x64.");
}

function channels(text: string): 1 | 3 | 4 {
  return Number(oneOf("1", "3", "4")(text)) as 1 | 3 | 4;
}

/** A column by number, or by name. */
function column(text: string): string | number {
  return /^\d+$/.test(text) ? wholeNumber(0)(text) : text;
}

/** The options of every command that reads data. */
export function addDataOptions(command: Command): Command {
  return command
    .option("--image-size <HxW>", "bring all images to this size (default: that which all have)", size)
    .option("--channels <n>", "1 grey, 3 colored, 4 with transparency (default: as all have)", channels)
    .option("--crop", "cut images to the shape asked for instead of stretching them")
    .option(
      "--interpolation <name>",
      "nearest, bilinear, bicubic, mitchellcubic or lanczos3",
      oneOf("nearest", "bilinear", "bicubic", "mitchellcubic", "lanczos3"),
    )
    .option("--labels <file>", "a list file,label instead of a folder for each class")
    .option("--skip-bad", "leave out files that cannot be read, and list them")
    .option("--test <path>", "images or table to test on (default: a share that is held back)")
    .option("--test-split <share>", "share of each class that is held back to test on (default: 0.2)", share)
    .option("--max-value <number>", "what white is in a table (default: 255)", positiveNumber)
    .option("--label-column <column>", "first, last, a number from 0, or a name (default: last)", column);
}

/** Those of a command's options that say how data are read. */
export function pickDataOptions(options: DataOptions): DataOptions {
  return Object.fromEntries(
    [...dataOptionNames, "seed" as const].flatMap((name) =>
      options[name] === undefined ? [] : [[name, options[name]]],
    ),
  );
}
