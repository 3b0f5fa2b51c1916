export { meanAbsoluteError, meanAbsolutePercentageError } from "./absolute-error.ts";
export { type CosineOptions, cosineSimilarity } from "./cosine-similarity.ts";
export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  type SparseCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export { klDivergence, poisson } from "./divergence.ts";
export {
  type BinaryFocalOptions,
  binaryFocalCrossentropy,
  type CategoricalFocalOptions,
  categoricalFocalCrossentropy,
} from "./focal-crossentropy.ts";
export { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
export type { Loss, Prediction, Reduction } from "./loss.ts";
export type { LossOptions } from "./options.ts";
export { type DiceOptions, dice, type TverskyOptions, tversky } from "./overlap.ts";
export { type HuberOptions, huber, logCosh } from "./robust-error.ts";
export { meanSquaredError, meanSquaredLogarithmicError } from "./squared-error.ts";
