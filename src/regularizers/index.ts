export { type L1L2Options, type L1Options, type L2Options, l1, l1L2, l2 } from "./l1-l2.ts";
export { type OrthogonalRegularizerOptions, orthogonalRegularizer } from "./orthogonal-regularizer.ts";
