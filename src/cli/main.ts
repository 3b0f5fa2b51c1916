#!/usr/bin/env node
import { exitCodes } from "./exit-codes.ts";
import { runCommandLine } from "./program.ts";

/* `convnet … | head` closes the pipe early. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.success);
});
process.exitCode = await runCommandLine(process.argv.slice(2));
