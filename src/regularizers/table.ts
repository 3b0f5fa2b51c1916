import { chosenItem, type Maker, type NameTable, type SavedChoice, words } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import type { Regularizer } from "./regularizer.ts";

const further = words("l1 l1L2 l2 orthogonalRegularizer");

/** Regularizers that a string can name. */
export const regularizerTable: NameTable<Maker<Regularizer>> = {
  common: {},
  further,
  load: async () => (await import("./further.ts")).furtherRegularizers,
};

export type RegularizerName = Spelling<(typeof further)[number]>;

/** What an option of a layer may say. */
export type RegularizerChoice = RegularizerName | Regularizer | SavedChoice;

/** A name, a regularizer, or a saved one. @throws OptionError if there is no such name. */
export function regularizerOf(where: string, choice: RegularizerChoice): Regularizer {
  return chosenItem(where, regularizerTable, choice, "write");
}
