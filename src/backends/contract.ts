import type { Program } from "../compiler/program.ts";
import type { BackendTables } from "../compiler/tables.ts";
import type { State } from "../graph/graph.ts";

export type BackendName = "reference" | "wasm";

/** Numbers as callers hand them in: pixels, labels or features. */
export type InputArray = Float32Array | Int32Array | Uint8Array;

/** Numbers as they come out. The reference backend computes in float64. */
export type OutputArray = Float32Array | Float64Array;

/** Samples that stay in the backend's memory. */
export interface ResidentData {
  /** Elements of one sample. */
  readonly rowLength: number;
  dispose(): void;
}

/** What a run reads: the elements of every step one after the other, or for every step rows of resident data. */
export type Feed = InputArray | { readonly data: ResidentData; readonly rows: Uint32Array };

export interface RunRequest {
  readonly steps: number;
  readonly inputs: Readonly<Record<string, Feed>>;
  /** Name of an output. A step in which it is not finite is given up before any state changes, and ends the run. */
  readonly guard?: string;
  /** Measure how long each call takes; costs a little. Default false. */
  readonly measures?: boolean;
  /** Called at each host point with a copy of its buffer; what it holds when the promise resolves goes back. */
  readonly onHostPoint?: (name: string, numbers: Float32Array) => Promise<void> | void;
}

export interface RunResult {
  /** Steps that were completed; fewer than asked for only if the guard ended the run. */
  readonly steps: number;
  /** Milliseconds that all threads together spent in each call of the program, over all steps; if it was asked for. */
  readonly callMs?: readonly number[];
  /** Every output, step after step; with the guard's last value if it ended the run. */
  readonly outputs: Readonly<Record<string, OutputArray>>;
}

/**
 * What a backend owes: it runs programs that were lowered with its tables, and keeps states from run to run.
 *
 * Runs and reads of one backend take place one after another, in the order of the calls. States are unchanged when a
 * run fails before its updates. Not promised: how long a run takes, or where anything lies.
 */
export interface Backend {
  readonly name: BackendName;
  readonly threads: number;
  readonly tables: BackendTables;
  /** Starts threads before there is work for them; without it they start when they are first needed. */
  start?(): void;
  prepare(program: Program): Promise<Executable>;
  /** Copies samples in, so that runs can name them by number. */
  upload(data: InputArray, rowLength: number): Promise<ResidentData>;
  readState(state: State): Promise<Float32Array>;
  writeState(state: State, numbers: Float32Array): Promise<void>;
  /** Gives up the memory of states. */
  release(states: readonly State[]): void;
  dispose(): Promise<void>;
}

export interface Executable {
  readonly program: Program;
  run(request: RunRequest): Promise<RunResult>;
  dispose(): void;
}
