import { l1, l1L2, l2 } from "./l1-l2.ts";
import { orthogonalRegularizer } from "./orthogonal-regularizer.ts";

/** Regularizers that load when one of them is named. */
export const furtherRegularizers = { l1, l1L2, l2, orthogonalRegularizer };
