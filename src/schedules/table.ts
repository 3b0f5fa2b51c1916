import type { NameTable } from "../core/name-table.ts";
import { cosineDecay } from "./cosine-decay.ts";
import { cosineDecayRestarts } from "./cosine-decay-restarts.ts";
import { exponentialDecay } from "./exponential-decay.ts";
import { inverseTimeDecay } from "./inverse-time-decay.ts";
import { oneCycle } from "./one-cycle.ts";
import { piecewiseConstantDecay } from "./piecewise-constant-decay.ts";
import { polynomialDecay } from "./polynomial-decay.ts";
import type { Schedule } from "./schedule.ts";

/** Schedules that a saved model can name. Only who reads those imports this. */
export const scheduleTable: NameTable<(options: never) => Schedule> = {
  common: {
    cosineDecay,
    cosineDecayRestarts,
    exponentialDecay,
    inverseTimeDecay,
    oneCycle,
    piecewiseConstantDecay,
    polynomialDecay,
  },
  further: [],
  load: async () => ({}),
};
