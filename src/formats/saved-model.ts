import type { SavedChoice } from "../core/name-table.ts";
import type { Shape } from "../core/shape.ts";
import type { Meaning } from "../models/meaning.ts";
import type { ModelSpec } from "../models/spec.ts";

/** Numbers of a weight or of an optimizer's slot. */
export interface SavedArray {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A model as it stands in a file, in the words of this package; readers translate into it, writers out of it. */
export interface SavedModel {
  readonly name: string;
  readonly spec: ModelSpec;
  /** What random draws of further training depend on. */
  readonly seed?: number | undefined;
  /** Names of classes, and how pictures are brought to size. */
  readonly meaning?: Meaning | undefined;
  /** How it was compiled, by names and numbers; missing if it was not. */
  readonly training?: SavedTraining | undefined;
  /** Under the paths of weights: `encoder/conv2d/kernel`. Missing in files of architectures alone. */
  readonly weights?: readonly SavedArray[] | undefined;
  /** How far the optimizer has come. */
  readonly optimizer?: SavedOptimizer | undefined;
  /** Written by another system: how it was compiled is taken over as far as this package has it. */
  readonly isForeign?: boolean | undefined;
  /** What a file says of compiling that this package cannot do: the model answers, but has to be compiled to train. */
  readonly notCompiled?: string | undefined;
}

export interface SavedTraining {
  readonly optimizer: SavedChoice;
  /** In the order of the model's outputs. */
  readonly outputs: readonly {
    readonly loss?: SavedChoice;
    readonly lossWeight?: number;
    readonly metrics: readonly SavedChoice[];
    readonly weightedMetrics: readonly SavedChoice[];
  }[];
}

export interface SavedOptimizer {
  /** Steps taken so far. */
  readonly step: number;
  readonly learningRate: number;
  /** By weight and name of the slot: `conv2d/kernel/m`. */
  readonly slots: readonly SavedArray[];
}
