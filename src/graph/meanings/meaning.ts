import type { Shape } from "../../core/shape.ts";

/** What an op's meaning sees: flat row-major arrays in float64, and their shapes. */
export interface MeaningContext<Params> {
  readonly inputs: readonly Float64Array[];
  readonly output: Float64Array;
  readonly shapes: readonly Shape[];
  readonly outputShape: Shape;
  readonly params: Params;
}

/** Computes an op's output. */
export type Meaning<Params> = (context: MeaningContext<Params>) => void;
