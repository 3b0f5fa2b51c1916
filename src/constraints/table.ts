import { type NameTable, namedItem, type SavedChoice } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import type { Constraint } from "./constraint.ts";

const further = ["maxNorm", "minMaxNorm", "nonNeg", "unitNorm"] as const;

/** Constraints that a string can name. */
export const constraintTable: NameTable<(options: never) => Constraint> = {
  common: {},
  further,
  load: async () => (await import("./further.ts")).furtherConstraints,
};

export type ConstraintName = Spelling<(typeof further)[number]>;

/** What an option of a layer may say. */
export type ConstraintChoice = ConstraintName | Constraint | SavedChoice;

/** A name, a constraint, or a saved one. @throws OptionError if there is no such name. */
export function constraintOf(where: string, choice: ConstraintChoice): Constraint {
  if (isConstraint(choice)) return choice;
  const { name, options, item } = namedItem(where, constraintTable, choice);
  return { name, options, write: (weight) => item().write(weight) };
}

function isConstraint(choice: ConstraintChoice): choice is Constraint {
  return typeof (choice as Partial<Constraint> | null)?.write === "function";
}
