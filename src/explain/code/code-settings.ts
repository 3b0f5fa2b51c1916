import type { ModelSpec } from "../../models/spec.ts";

/** How a network is trained, as code says it. */
export interface CodeTraining {
  /** Default `"mnist"`. */
  readonly dataset?: "mnist" | "fashionMnist";
  /** Default `"adam"`. */
  readonly optimizer?: string;
  readonly learningRate?: number;
  /** Default `"sparseCategoricalCrossentropy"`. */
  readonly loss?: string;
  /** Default accuracy. */
  readonly metrics?: readonly string[];
  /** Default 5. */
  readonly epochs?: number;
  /** Default 32. */
  readonly batchSize?: number;
  readonly validationSplit?: number;
  readonly seed?: number;
}

/** What code is written of, with defaults filled in where code needs them. */
export interface Program {
  readonly spec: ModelSpec;
  readonly training: CodeTraining & {
    readonly dataset: "mnist" | "fashionMnist";
    readonly optimizer: string;
    readonly loss: string;
    readonly metrics: readonly string[];
    readonly epochs: number;
  };
}

export function programOf(spec: ModelSpec, training: CodeTraining): Program {
  return {
    spec,
    training: {
      dataset: "mnist",
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      epochs: 5,
      ...training,
    },
  };
}
