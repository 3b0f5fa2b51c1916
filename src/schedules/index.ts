export { type CosineDecayOptions, cosineDecay } from "./cosine-decay.ts";
export { type CosineRestartsOptions, cosineDecayRestarts } from "./cosine-decay-restarts.ts";
export { type DecayOptions, exponentialDecay } from "./exponential-decay.ts";
export { inverseTimeDecay } from "./inverse-time-decay.ts";
export { type OneCycleOptions, oneCycle } from "./one-cycle.ts";
export { type PiecewiseConstantOptions, piecewiseConstantDecay } from "./piecewise-constant-decay.ts";
export { type PolynomialDecayOptions, polynomialDecay } from "./polynomial-decay.ts";
export type { LearningRate, Schedule } from "./schedule.ts";
