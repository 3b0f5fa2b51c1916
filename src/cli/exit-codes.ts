import { CommanderError } from "commander";
import { ConvNetError } from "../core/errors.ts";

/** What a process ends with, for scripts that branch on it. */
export const exitCodes = {
  success: 0,
  badInput: 1,
  usage: 2,
  notFinite: 3,
  interrupted: 130,
  terminated: 143,
};

/** Ends a command that was interrupted after its work has been put away. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly signal: "SIGINT" | "SIGTERM";

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) {
    return error.signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  if (error instanceof ConvNetError && error.code === "notFinite") return exitCodes.notFinite;
  return exitCodes.badInput;
}

/** What is told of an error on stderr: one line, with its stack if asked for. */
export function describeError(error: unknown, withStack: boolean): string | undefined {
  if (error instanceof Interruption || error instanceof CommanderError) return undefined;
  const { message, stack, name } = error instanceof Error ? error : new Error(String(error));
  const line = oneLine(
    error instanceof ConvNetError ? message : `unexpected ${name}: ${message} (--debug shows where)`,
  );
  return `convnet: ${line}${withStack ? `\n${stack}` : ""}`;
}

export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}
