import { readFileSync } from "node:fs";
import { Command } from "commander";
import { convertCommand } from "./convert.ts";
import { doctorCommand } from "./doctor.ts";
import { evaluateCommand } from "./evaluate.ts";
import { describeError, exitCodeOf, exitCodes, oneLine } from "./exit-codes.ts";
import { explainCommand } from "./explain.ts";
import { inspectCommand } from "./inspect.ts";
import { kernelsCommand } from "./kernels.ts";
import { predictCommand } from "./predict.ts";
import { summaryCommand } from "./summary.ts";
import { trainCommand } from "./train.ts";

const commands = [
  trainCommand,
  evaluateCommand,
  predictCommand,
  explainCommand,
  kernelsCommand,
  summaryCommand,
  convertCommand,
  inspectCommand,
  doctorCommand,
];

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The command line `convnet`: its commands and their options. */
export function createProgram(): Command {
  const program = new Command("convnet")
    .description("Convolutional networks: train them, measure them, ask them.")
    .version(version(), "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .addHelpText(
      "after",
      `
Examples:
  $ convnet train                          the article's network on MNIST, 5 epochs
  $ convnet predict seven.png              what the newest model sees in a picture
  $ convnet explain seven.png              and why, as a page
  $ convnet evaluate runs/…/model.keras
  $ convnet summary                        layers, shapes, parameters
  $ convnet convert model.h5 model.keras   files of other systems, in and out
  $ convnet doctor                         what this machine can do

Exit codes: 0 done, 1 bad input, 2 wrong usage, 3 loss not finite, 130 interrupted.`,
    );
  for (const create of commands) program.addCommand(create());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`convnet: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
    if (command !== program) command.option("--debug", "show where an error comes from");
  }
  return program;
}

/** Runs one command. @returns the exit code */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return exitCodes.usage;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCodes.success;
  } catch (error) {
    const text = describeError(error, argv.includes("--debug"));
    if (text) process.stderr.write(`${text}\n`);
    return exitCodeOf(error);
  }
}
