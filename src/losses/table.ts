import { loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import type { furtherLosses } from "./further.ts";
import { plainCrossentropy } from "./log-loss.ts";
import type { Loss } from "./loss.ts";

/** What a string names comes without options. */
const common = { sparseCategoricalCrossentropy: plainCrossentropy };

/** Losses that a string can name. */
export const lossTable: NameTable<() => Loss> = {
  common,
  further: [
    "binaryCrossentropy",
    "binaryFocalCrossentropy",
    "categoricalCrossentropy",
    "categoricalFocalCrossentropy",
    "categoricalHinge",
    "cosineSimilarity",
    "dice",
    "hinge",
    "huber",
    "klDivergence",
    "logCosh",
    "meanAbsoluteError",
    "meanAbsolutePercentageError",
    "meanSquaredError",
    "meanSquaredLogarithmicError",
    "poisson",
    "squaredHinge",
    "tversky",
  ],
  load: async () => (await import("./further.ts")).furtherLosses,
};

export type LossName = Spelling<keyof typeof common | keyof typeof furtherLosses>;

/** @throws OptionError if there is no such name. */
export function lossOf(where: string, choice: LossName | Loss): Loss {
  return typeof choice === "string" ? loadedNamed(where, lossTable, choice)() : choice;
}
