import type { NameTable } from "../core/name-table.ts";
import { adam } from "./adam.ts";
import { adamW } from "./adam-w.ts";
import type { Optimizer } from "./optimizer.ts";
import { optimizerTable } from "./table.ts";

/** Optimizers with options, for saved models. Only who reads those imports this. */
export const optimizerMakers: NameTable<(options: never) => Optimizer> = {
  common: { adam, adamW },
  further: optimizerTable.further,
  load: optimizerTable.load,
};
