import { chosenItem, type Maker, type NameTable, type SavedChoice, words } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import type { Constraint } from "./constraint.ts";

const further = words("maxNorm minMaxNorm nonNeg unitNorm");

/** Constraints that a string can name. */
export const constraintTable: NameTable<Maker<Constraint>> = {
  common: {},
  further,
  load: async () => (await import("./further.ts")).furtherConstraints,
};

export type ConstraintName = Spelling<(typeof further)[number]>;

/** What an option of a layer may say. */
export type ConstraintChoice = ConstraintName | Constraint | SavedChoice;

/** A name, a constraint, or a saved one. @throws OptionError if there is no such name. */
export function constraintOf(where: string, choice: ConstraintChoice): Constraint {
  return chosenItem(where, constraintTable, choice, "write");
}
