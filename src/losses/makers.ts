import type { NameTable } from "../core/name-table.ts";
import { sparseCategoricalCrossentropy } from "./crossentropy.ts";
import type { Loss } from "./loss.ts";
import { lossTable } from "./table.ts";

/** Losses with options, for saved models. Only who reads those imports this. */
export const lossMakers: NameTable<(options: never) => Loss> = {
  common: { sparseCategoricalCrossentropy },
  further: lossTable.further,
  load: lossTable.load,
};
