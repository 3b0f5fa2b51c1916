import { loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
import type { Loss } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

const common = {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  sparseCategoricalCrossentropy,
};

/** Losses that a string can name. */
export const lossTable: NameTable<(options?: never) => Loss> = {
  common,
  further: [],
  load: async () => ({}),
};

export type LossName = Spelling<keyof typeof common>;

/** @throws OptionError if there is no such name. */
export function lossOf(where: string, choice: LossName | Loss): Loss {
  return typeof choice === "string" ? loadedNamed(where, lossTable, choice)() : choice;
}
