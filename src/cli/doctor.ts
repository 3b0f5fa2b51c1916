import { Command } from "commander";
import { jsonOption } from "./option-values.ts";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Say what this machine can do, and whether the numbers come out right.")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ convnet doctor
  $ convnet doctor --json

Exit code 1 if something that training needs is missing or wrong.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const { runDoctor } = await import("./doctor/run-doctor.ts");
      await runDoctor(json ?? false);
    });
}
