import { type NameTable, namedItem, type SavedChoice } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import type { Regularizer } from "./regularizer.ts";

const further = ["l1", "l1L2", "l2", "orthogonalRegularizer"] as const;

/** Regularizers that a string can name. */
export const regularizerTable: NameTable<(options: never) => Regularizer> = {
  common: {},
  further,
  load: async () => (await import("./further.ts")).furtherRegularizers,
};

export type RegularizerName = Spelling<(typeof further)[number]>;

/** What an option of a layer may say. */
export type RegularizerChoice = RegularizerName | Regularizer | SavedChoice;

/** A name, a regularizer, or a saved one. @throws OptionError if there is no such name. */
export function regularizerOf(where: string, choice: RegularizerChoice): Regularizer {
  if (isRegularizer(choice)) return choice;
  const { name, options, item } = namedItem(where, regularizerTable, choice);
  return { name, options, write: (weight) => item().write(weight) };
}

function isRegularizer(choice: RegularizerChoice): choice is Regularizer {
  return typeof (choice as Partial<Regularizer> | null)?.write === "function";
}
