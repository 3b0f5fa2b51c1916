import type { DType, Shape } from "../core/shape.ts";
import type { Pieces } from "../core/turns.ts";
import type { Dag } from "./dag.ts";
import type { Split } from "./program.ts";

/** A call as a backend's kernels see it before anything has an address. */
export interface CallShape<Params = unknown> {
  readonly kernel: string;
  readonly params: Params;
  readonly inputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly flops: number;
  readonly byteLength: number;
}

/** What a backend tells the compiler. The reference backend has nothing to tell. */
export interface BackendTables {
  /** Rewrites of the calls, in this order: fusions, then the choice of an algorithm for each call. */
  readonly rewrites: readonly ((dag: Dag) => void | Pieces<void>)[];
  /** Loads the code behind kernels and element-wise functions of these names, if some is not there yet. */
  load?(kernels: readonly string[], functions: readonly string[]): Promise<unknown> | undefined;
  /** How a call is cut into parts. */
  split(call: CallShape): Split;
  /** Whether a `map` may write where it read. */
  readonly inPlace: boolean;
}

export const plainTables: BackendTables = {
  rewrites: [],
  split: ({ kernel }) => ({ algorithm: kernel, units: 1, parts: 1, threadBytes: 0 }),
  inPlace: false,
};
