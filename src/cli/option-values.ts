import { InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../core/names.ts";

/** Reads a whole number. @throws InvalidArgumentError if it is none, or out of range. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `≥ ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number > 0 && number < Number.POSITIVE_INFINITY) return number;
  throw new InvalidArgumentError("Expected a positive number.");
}

/** A number in [0, 1). */
export function share(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number < 1) return number;
  throw new InvalidArgumentError("Expected a number at least 0 and below 1.");
}

export function oneOf<Name extends string>(...names: Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((known) => known === text);
    if (name !== undefined) return name;
    throw new InvalidArgumentError(`Expected one of ${names.join(", ")}. ${didYouMean(text, names)}`);
  };
}

/** The options of every command that runs a network. */
export const backendOptions = (): Option[] => [
  new Option(
    "--threads <n>",
    "threads of the wasm backend; results do not depend on it (default: one for each core)",
  ).argParser(wholeNumber(1, 64)),
  new Option("--backend <name>", "wasm, reference (slow, float64) or auto")
    .argParser(oneOf("auto", "wasm", "reference"))
    .default("auto"),
];

export const jsonOption = (): Option =>
  new Option("--json", "print JSON, one object a line, and nothing else");
