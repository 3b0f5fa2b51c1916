import { type BackendOptions, checkBackend } from "../backends/choose-backend.ts";
import { checkOptions } from "../core/names.ts";
import { checkSeed } from "../core/random.ts";
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
  /** What kind of file: `"keras"`, `"h5"`, `"safetensors"` and others. Default: what the name of the file says. */
  format?: FormatName;
}

/** What `save` has to say about the file. */
export interface SaveReport {
  /** Paths of layers that the file does not have, because they do nothing in prediction: dropout in `.onnx`. */
  readonly dropped: readonly string[];
}

/** @throws OptionError for options that do not exist or make no sense. */
export function checkModelOptions(where: string, options: ModelOptions): void {
  checkOptions(where, options, ["seed", "name", "backend", "threads", "workerUrl"]);
  const { seed, name: _, ...backendOptions } = options;
  checkBackend(backendOptions);
  checkSeed(where, seed);
}
