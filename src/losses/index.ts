export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export type { Loss, Prediction, Reduction } from "./loss.ts";
export { meanSquaredError } from "./mean-squared-error.ts";
