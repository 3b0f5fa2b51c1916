import { lookUp, type Spelling } from "../core/names.ts";
import { adam } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

/** Optimizers that a string can name. */
export const optimizerTable = { adam, sgd };

export type OptimizerName = Spelling<keyof typeof optimizerTable>;

/** @throws OptionError if there is no such name. */
export function optimizerOf(where: string, choice: OptimizerName | Optimizer): Optimizer {
  return typeof choice === "string" ? lookUp(where, optimizerTable, choice)() : choice;
}
