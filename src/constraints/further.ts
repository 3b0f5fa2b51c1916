import { nonNeg } from "./non-neg.ts";
import { maxNorm, minMaxNorm, unitNorm } from "./norms.ts";

/** Constraints that load when one of them is named. */
export const furtherConstraints = { maxNorm, minMaxNorm, nonNeg, unitNorm };
