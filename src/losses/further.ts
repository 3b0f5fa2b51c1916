import { meanAbsoluteError, meanAbsolutePercentageError } from "./absolute-error.ts";
import { cosineSimilarity } from "./cosine-similarity.ts";
import { binaryCrossentropy, categoricalCrossentropy } from "./crossentropy.ts";
import { klDivergence, poisson } from "./divergence.ts";
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from "./focal-crossentropy.ts";
import { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
import { dice, tversky } from "./overlap.ts";
import { huber, logCosh } from "./robust-error.ts";
import { meanSquaredError, meanSquaredLogarithmicError } from "./squared-error.ts";

/** Losses that load when a string names one of them. */
export const furtherLosses = {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  dice,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  squaredHinge,
  tversky,
};
