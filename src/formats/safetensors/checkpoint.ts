import { FileError } from "../../core/errors.ts";
import type { SavedArray, SavedModel } from "../saved-model.ts";
import { trainingPrefix as prefix, readModel, writeModel } from "./model.ts";
import { readSafetensors } from "./safetensors.ts";

/** What makes a run the one it is: going on with another would not end where the first would have. */
export interface SavedRun {
  readonly samples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
}

/** How far a run has come. */
export interface SavedProgress {
  readonly run: SavedRun;
  /** Optimizer steps of the model, which random draws depend on. */
  readonly step: number;
  readonly learningRate: number;
  /** Those of all optimizers; `null` where a schedule sets it. */
  readonly learningRates?: readonly (number | null)[];
  /** Whether the weights are their moving averages, and the other way round. */
  readonly isAveraged?: boolean;
  /** The epoch that is under way, and its steps so far. */
  readonly epoch: number;
  readonly epochStep: number;
  /** Sums of the epoch so far. */
  readonly totals: unknown;
  /** Epochs that are over, and what was reported. */
  readonly epochs: readonly number[];
  readonly logs: readonly Readonly<Record<string, number>>[];
  /** What callbacks keep. */
  readonly callbacks: Readonly<Record<string, unknown>>;
}

/** A file of a model with more arrays and one more entry of metadata. */
export interface Checkpoint {
  readonly model: SavedModel;
  /** What training keeps besides the weights. */
  readonly states: readonly SavedArray[];
  readonly progress: SavedProgress;
}

/** JSON knows no NaN and no Infinity. */
function encode(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

function decode(_key: string, value: unknown): unknown {
  const text = (value as { number?: unknown } | null)?.number;
  return typeof text === "string" ? Number(text) : value;
}

export function writeCheckpoint({ model, states, progress }: Checkpoint): Uint8Array<ArrayBuffer> {
  const more = states.map((state) => ({ ...state, name: prefix + state.name }));
  return writeModel(
    { ...model, weights: [...(model.weights ?? []), ...more] },
    { progress: JSON.stringify(progress, encode) },
  );
}

/** @throws FileError if the file is no checkpoint of this package. */
export function readCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const model = readModel(bytes, where);
  const { tensors, metadata } = readSafetensors(bytes, where);
  const states = tensors
    .filter(({ name }) => name.startsWith(prefix))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  const problem = (received: string) =>
    new FileError({ where: `${where}, __metadata__`, expected: "the progress of a run", received });
  if (metadata.progress === undefined) throw problem("none: this is a model, not a checkpoint");
  let progress: SavedProgress;
  try {
    progress = JSON.parse(metadata.progress, decode) as SavedProgress;
  } catch {
    throw problem(JSON.stringify(metadata.progress.slice(0, 40)));
  }
  if (!isProgress(progress)) throw problem(metadata.progress.slice(0, 80));
  return { model, states, progress };
}

function isProgress(progress: Partial<SavedProgress> | null): progress is SavedProgress {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    typeof progress === "object" &&
    progress !== null &&
    typeof progress.run === "object" &&
    isCount(progress.step) &&
    isCount(progress.epoch) &&
    isCount(progress.epochStep) &&
    typeof progress.learningRate === "number" &&
    Array.isArray(progress.epochs) &&
    Array.isArray(progress.logs) &&
    typeof progress.callbacks === "object"
  );
}
