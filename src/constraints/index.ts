export { nonNeg } from "./non-neg.ts";
export {
  type MaxNormOptions,
  type MinMaxNormOptions,
  maxNorm,
  minMaxNorm,
  type NormOptions,
  unitNorm,
} from "./norms.ts";
