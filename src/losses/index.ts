export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export type { Loss, Prediction } from "./loss.ts";
export { meanSquaredError } from "./mean-squared-error.ts";
