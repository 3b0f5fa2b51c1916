import type { BackendChoice } from "../../index.ts";
import type { DataOptions } from "../data/options.ts";

/** Options of `convnet train` as they were given. */
export interface TrainOptions extends DataOptions {
  readonly model?: string;
  readonly augment?: boolean;
  readonly epochs?: number;
  readonly steps?: number;
  readonly batchSize?: number;
  readonly optimizer: "adam" | "sgd";
  readonly learningRate?: number;
  readonly seed: number;
  readonly validationSplit: number;
  readonly limit?: number;
  readonly classes?: number;
  readonly threads?: number;
  readonly backend: BackendChoice;
  readonly out?: string;
  readonly checkpointEvery?: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** With what was not said decided. */
export type ResolvedOptions = TrainOptions & { readonly batchSize: number };
