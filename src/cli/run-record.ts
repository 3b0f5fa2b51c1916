import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { FileError } from "../core/errors.ts";
import type { DataOptions } from "./data/options.ts";
import { readJson } from "./read-json.ts";

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly logs: Readonly<Record<string, number>>;
  /** Of training steps. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly steps: number;
}

/** `history.json` beside a model: what it was trained on, and how that went. */
export interface RunRecord {
  readonly version: 1;
  readonly date: string;
  readonly command: string;
  /** As the argument `[dataset]` takes it. */
  readonly dataset: string;
  /** How it was read. */
  readonly data?: DataOptions;
  readonly classNames: readonly string[];
  readonly batchSize: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: string;
  readonly threads: number;
  readonly stopReason: "completed" | "interrupted";
  readonly epochs: readonly EpochRecord[];
  readonly test?: Readonly<Record<string, number>>;
  readonly weightsSha256: string;
}

export const recordName = "history.json";

/**
 * What `train` wrote beside a model; nothing if it is not there.
 *
 * @throws FileError if it is there and is not such a file.
 */
export async function findRecord(
  modelPath: string,
): Promise<Pick<RunRecord, "dataset" | "classNames" | "data"> | undefined> {
  const path = join(dirname(modelPath), recordName);
  if (!existsSync(path)) return undefined;
  const record = (await readJson(path)) as Partial<RunRecord> | null;
  const { dataset, classNames } = record ?? {};
  const hasNames = Array.isArray(classNames) && classNames.every((name) => typeof name === "string");
  if (typeof dataset === "string" && hasNames) {
    return { dataset, classNames, ...(typeof record?.data === "object" ? { data: record.data } : {}) };
  }
  throw new FileError({
    where: path,
    expected: "a dataset and classNames, as convnet train writes",
    received: JSON.stringify({ dataset, classNames }).slice(0, 80),
    hint: "Remove the file to go on without it.",
  });
}
