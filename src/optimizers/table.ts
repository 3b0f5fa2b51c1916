import { findNamed, loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { adam } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

const common = { adam, sgd };

/** Optimizers that a string can name. */
export const optimizerTable: NameTable<(options?: never) => Optimizer> = {
  common,
  further: [],
  load: async () => ({}),
};

/** Step size of the further ones unless an option says otherwise; the same as Keras's for each of them. */
const furtherLearningRate = 0.001;

export type OptimizerName = Spelling<keyof typeof common>;

/** @throws OptionError if there is no such name. */
export function optimizerOf(where: string, choice: OptimizerName | Optimizer): Optimizer {
  return typeof choice === "string" ? loadedNamed(where, optimizerTable, choice)() : choice;
}

/** Step size at first, known before a further one is loaded. @throws OptionError if there is no such name. */
export function learningRateOf(where: string, choice: OptimizerName | Optimizer): number {
  if (typeof choice !== "string") return choice.learningRate;
  return findNamed(where, optimizerTable, choice)?.().learningRate ?? furtherLearningRate;
}
