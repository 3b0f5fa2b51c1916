import { findNamed, loadedNamed, type NameTable } from "../core/name-table.ts";
import { camelCase, type Spelling } from "../core/names.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { adamDefaults, adamRule, adamWDefaults } from "./adam-rule.ts";
import type { furtherOptimizers } from "./further.ts";
import type { Optimizer } from "./optimizer.ts";

/** What a string names comes without options, and so without the checks of any. */
const common = {
  adam: () => adamRule(adamDefaults),
  adamW: (): Optimizer => ({ ...adamRule(adamDefaults), ...adamWDefaults }),
};

/** Optimizers that a string can name. */
export const optimizerTable: NameTable<() => Optimizer> = {
  common,
  further: [
    "adadelta",
    "adafactor",
    "adagrad",
    "adamax",
    "ftrl",
    "lamb",
    "lion",
    "muon",
    "nadam",
    "rmsprop",
    "sgd",
  ],
  load: async () => (await import("./further.ts")).furtherOptimizers,
};

export type OptimizerName = Spelling<keyof typeof common | keyof typeof furtherOptimizers>;

/** @throws OptionError if there is no such name. */
export function optimizerOf(where: string, choice: OptimizerName | Optimizer): Optimizer {
  return typeof choice === "string" ? loadedNamed(where, optimizerTable, choice)() : choice;
}

/** Step size at first, known before a further one is loaded. @throws OptionError if there is no such name. */
export function learningRateOf(where: string, choice: OptimizerName | Optimizer): LearningRate {
  if (typeof choice !== "string") return choice.learningRate;
  const made = findNamed(where, optimizerTable, choice)?.();
  return made?.learningRate ?? (camelCase(choice) === "sgd" ? 0.01 : 0.001);
}
