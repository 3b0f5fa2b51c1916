import { type BackendOptions, checkBackend } from "../backends/choose-backend.ts";
import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { FormatName } from "../formats/formats.ts";

export interface ModelOptions extends BackendOptions {
  /** Decides first weights, the order of samples and what dropout drops. Default 0: a program gives the same result every time. */
  seed?: number;
  /** Name in summaries and files. Default `"sequential"` or `"model"`. */
  name?: string;
}

export interface EvaluateOptions {
  /** Samples computed together. Default 32. */
  batchSize?: number;
}

export interface SaveOptions {
  /** What kind of file: `"safetensors"`, `"spec"`. Default: what the name of the file says. */
  format?: FormatName;
}

/** @throws OptionError for options that do not exist or make no sense. */
export function checkModelOptions(where: string, options: ModelOptions): void {
  checkOptions(where, options, ["seed", "name", "backend", "threads", "workerUrl"]);
  const { seed = 0, name: _, ...backendOptions } = options;
  checkBackend(backendOptions);
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new OptionError({ where: "seed", expected: "a whole number ≥ 0", received: String(seed) });
}
